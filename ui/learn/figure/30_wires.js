// Wires and numbers: nodes with live values, and the wires between them. Python says where everything stands.
// panel: { width, height, nodes: [{ x, y, shape, text, value, mark, note }], wires: [{ points, mark, state, arrow }], narrow: the same }
// Shapes: op (a circle with a sign), gate (bars of all units in `room` and the chosen unit's number, or `all` of them), value (a number
// under its words), tag (words and number in a line), label.

PANELS.wires = (figure, first) => {
  const root = make("div", { class: "scroll" });
  let panel = first, drawn = [], usedNarrow = null;

  const marked = (group, mark) => (mark ? figure.marks(group, mark) : group);

  const bars = (node) => {
    const value = figure.scene.values[node.value], count = value.at[0].length, low = value.low ?? 0, high = value.high ?? 1;
    const gap = count > 5 ? 1.5 : 4, width = Math.min(18, Math.max(2.5, ((node.room ?? 92) + gap) / count - gap)), tall = 54, left = node.x - (count * (width + gap) - gap) / 2;
    const group = draw("g", {}), top = node.y;
    const zero = top + tall * clamp(high / (high - low), 0, 1);
    const found = value.at[0].map((_, unit) => {
      const x = left + unit * (width + gap);
      const frame = draw("rect", { class: "frame", x, y: top, width, height: tall, rx: Math.min(3, width / 3) });
      const bar = draw("rect", { class: "bar", x: x + width / 12, width: (width * 10) / 12, rx: Math.min(2, width / 4) });
      const column = draw("g", { on: { click: (event) => { event.stopPropagation(); figure.take({ ...(node.all ? {} : { unit }), mark: node.mark ?? node.value }); } } }, frame, bar);
      group.append(column);
      return { frame, bar, unit };
    });
    const number = draw("text", { class: "number", x: node.x, y: top + tall + 17, "text-anchor": "middle" });
    group.append(draw("text", { class: "soft", x: node.x, y: top - 8, "text-anchor": "middle", text: node.text }), number);
    return { group, show() {
      for (const { frame, bar, unit } of found) {
        const now = figure.value(node.value, unit), fits = typeof now === "number" ? clamp(now, low, high) : 0;
        const end = top + tall * (1 - (fits - low) / (high - low));
        bar.setAttribute("y", Math.min(end, zero));
        bar.setAttribute("height", Math.max(1, Math.abs(end - zero)));
        bar.setAttribute("fill", low < 0 ? (fits < 0 ? "var(--amber)" : "var(--sky)") : "var(--green)");
        frame.classList.toggle("chosen", unit === figure.state.unit && count > 1 && !node.all);
      }
      number.textContent = node.all ? figure.row(node.value).map((now) => format(now, 2)).join(", ") : format(figure.value(node.value));
    } };
  };

  const plain = (node) => {
    const group = draw("g", {});
    if (node.shape === "op") group.append(draw("circle", { class: "op", cx: node.x, cy: node.y, r: node.radius ?? 15 }));
    const text = draw("text", { x: node.x, y: node.y + (node.shape === "op" ? 5 : 0), "text-anchor": node.anchor ?? "middle",
      class: node.shape === "label" || node.soft ? "soft" : "", text: node.text ?? "" });
    group.append(text);
    if (!node.value) return { group, show() {} };
    const number = draw("text", { class: "number", x: node.x + (node.dx ?? 0), y: node.y + (node.dy ?? (node.shape === "op" ? 32 : 16)), "text-anchor": node.anchor ?? "middle" });
    group.append(number);
    return { group, show() { number.textContent = format(figure.value(node.value)); } };
  };

  const tag = (node) => {
    const number = draw("tspan", { class: "number" });
    const text = draw("text", { class: "tag", x: node.x, y: node.y, "text-anchor": node.anchor ?? "middle" },
      node.text ? draw("tspan", { class: "soft", text: `${node.text} ` }) : null, number);
    return { group: draw("g", {}, text), show() { number.textContent = format(figure.value(node.value)); } };
  };

  const build = (layout) => {
    const id = `arrow-${Math.random().toString(36).slice(2)}`;
    const arrow = draw("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse", markerUnits: "userSpaceOnUse" },
      draw("path", { d: "M0 0L8 4L0 8z", fill: "var(--muted)" }));
    const svg = draw("svg", { viewBox: `0 0 ${layout.width} ${layout.height}`, width: layout.width, role: "img", "aria-label": panel.alt ?? panel.title },
      draw("defs", {}, arrow));
    for (const wire of layout.wires) {
      const path = draw("path", { class: "wire" + (wire.state ? " state" : ""), d: "M" + wire.points.map((point) => point.join(" ")).join("L"),
        "marker-end": wire.arrow === false ? null : `url(#${id})` });
      svg.append(marked(path, wire.mark));
    }
    drawn = layout.nodes.map((node) => {
      const made = (node.shape === "gate" ? bars : node.shape === "tag" ? tag : plain)(node);
      svg.append(marked(made.group, node.mark ?? node.value));
      return made;
    });
    root.replaceChildren(svg);
  };

  const layoutNow = () => (panel.narrow && window.innerWidth < 560 ? panel.narrow : panel);
  const rebuild = () => { usedNarrow = layoutNow() === panel.narrow; build(layoutNow()); };
  const shape = (one) => JSON.stringify([one.nodes, one.wires]);
  rebuild();
  return {
    root,
    update(next) { const changed = shape(next) !== shape(panel); panel = next; if (changed) rebuild(); },
    draw() {
      if (Boolean(panel.narrow) && usedNarrow !== (layoutNow() === panel.narrow)) rebuild();
      for (const made of drawn) made.show();
    },
  };
};
