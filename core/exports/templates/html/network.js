"use strict";
// A recurrent network by hand: weights as Unroll trained them in single precision, all sums in double precision.
// Vectors are Float64Array; a weight is {shape, values}, row after row.

function readWeights(encoded, form, table) {
  const text = atob(encoded);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place);
  let numbers;
  if (form === "bfloat16") { // the upper halves of single precision; the lower ones are zero
    const halves = new Uint16Array(bytes.buffer);
    const bits = new Uint32Array(halves.length);
    for (let place = 0; place < halves.length; place++) bits[place] = halves[place] << 16;
    numbers = new Float32Array(bits.buffer);
  } else {
    numbers = new Float32Array(bytes.buffer);
  }
  const weights = new Map();
  let start = 0;
  for (const [name, shape] of table) {
    const size = shape.reduce((product, side) => product * side, 1);
    weights.set(name, { shape, values: Float64Array.from(numbers.subarray(start, start + size)) });
    start += size;
  }
  return weights;
}

// A matrix (rows, columns) times a vector, added to `sum` (rows); four rows at once, whose sums do not wait for each other.
function addProduct(sum, matrix, vector) {
  const [rows, columns] = matrix.shape, values = matrix.values;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const first = row * columns, second = first + columns, third = second + columns, fourth = third + columns;
    let a = 0, b = 0, c = 0, d = 0;
    for (let column = 0; column < columns; column++) {
      const factor = vector[column];
      a += values[first + column] * factor;
      b += values[second + column] * factor;
      c += values[third + column] * factor;
      d += values[fourth + column] * factor;
    }
    sum[row] += a;
    sum[row + 1] += b;
    sum[row + 2] += c;
    sum[row + 3] += d;
  }
  for (; row < rows; row++) {
    for (let column = 0; column < columns; column++) sum[row] += values[row * columns + column] * vector[column];
  }
  return sum;
}

function linear(weights, name, vector) {
  const matrix = weights.get(`${name}.weight`), bias = weights.get(`${name}.bias`);
  return addProduct(bias ? bias.values.slice() : new Float64Array(matrix.shape[0]), matrix, vector);
}

function row(matrix, index) {
  const columns = matrix.shape[1];
  return matrix.values.subarray(index * columns, (index + 1) * columns);
}

function joined(first, second) {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

const sigmoid = (number) => 1 / (1 + Math.exp(-number));

function softmax(scores, temperature = 1) {
  const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const shares = Float64Array.from(scores, (score) => Math.exp((score - highest) / temperature));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

// The cells, with their gates in torch's order. `fed` is what the input gives to them, `kept` what the state gives.
// Each changes a state {hidden, memory} into the next one.
const CELLS = {
  lstm(fed, kept, state) {
    const size = state.hidden.length;
    for (let unit = 0; unit < size; unit++) {
      const gate = (number) => fed[number * size + unit] + kept[number * size + unit];
      const input = sigmoid(gate(0)), forget = sigmoid(gate(1)), content = Math.tanh(gate(2)), output = sigmoid(gate(3));
      state.memory[unit] = forget * state.memory[unit] + input * content;
      state.hidden[unit] = output * Math.tanh(state.memory[unit]);
    }
  },
  gru(fed, kept, state) {
    const size = state.hidden.length;
    for (let unit = 0; unit < size; unit++) {
      const reset = sigmoid(fed[unit] + kept[unit]);
      const update = sigmoid(fed[size + unit] + kept[size + unit]);
      const content = Math.tanh(fed[2 * size + unit] + reset * kept[2 * size + unit]);
      state.hidden[unit] = (1 - update) * content + update * state.hidden[unit];
    }
  },
  rnn(fed, kept, state, nonlinearity) {
    for (let unit = 0; unit < state.hidden.length; unit++) {
      const sum = fed[unit] + kept[unit];
      state.hidden[unit] = nonlinearity === "relu" ? Math.max(0, sum) : Math.tanh(sum);
    }
  },
};

class Recurrent {
  constructor(weights, prefix, { cell, nonlinearity, hiddenSize, numLayers, bidirectional }) {
    Object.assign(this, { weights, prefix, cell, nonlinearity, hiddenSize, numLayers, bidirectional });
  }

  // A state of zeros for every layer and direction.
  start() {
    return Array.from({ length: this.numLayers * (this.bidirectional ? 2 : 1) }, () => ({
      hidden: new Float64Array(this.hiddenSize),
      memory: new Float64Array(this.hiddenSize),
    }));
  }

  // One step of one layer in one direction: changes its state, and gives a copy of its hidden values.
  advance(layer, suffix, input, state) {
    const name = (part) => `${this.prefix}.${part}_l${layer}${suffix}`;
    const fed = addProduct(this.weights.get(name("bias_ih")).values.slice(), this.weights.get(name("weight_ih")), input);
    const kept = addProduct(
      this.weights.get(name("bias_hh")).values.slice(), this.weights.get(name("weight_hh")), state.hidden);
    CELLS[this.cell](fed, kept, state, this.nonlinearity);
    return state.hidden.slice();
  }

  // One step of all layers, of a network of one direction.
  step(input, state) {
    return state.reduce((below, own, layer) => this.advance(layer, "", below, own), input);
  }

  // All steps: outputs of the last layer, and the state behind them (forward and backward of each layer by turns).
  read(inputs) {
    const state = this.start();
    if (!this.bidirectional) return { outputs: inputs.map((input) => this.step(input, state)), state };
    let outputs = inputs;
    for (let layer = 0; layer < this.numLayers; layer++) {
      const forward = outputs.map((input) => this.advance(layer, "", input, state[2 * layer]));
      const backward = outputs.slice().reverse()
        .map((input) => this.advance(layer, "_reverse", input, state[2 * layer + 1])).reverse();
      outputs = forward.map((own, place) => joined(own, backward[place]));
    }
    return { outputs, state };
  }

  // The last layer's state after the last step of each direction.
  last(state) {
    const top = state.at(-1).hidden;
    return this.bidirectional ? joined(state.at(-2).hidden, top) : top;
  }
}
