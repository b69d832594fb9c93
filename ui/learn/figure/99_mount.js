// What Streamlit calls: at first, and whenever Python has sent something else.

const FIGURES = new WeakMap();

export default function (component) {
  let figure = FIGURES.get(component.parentElement);
  if (!figure) {
    figure = new Figure(component);
    FIGURES.set(component.parentElement, figure);
  }
  figure.update(component);
  return () => { if (!figure.root.isConnected) figure.stop(); };
}
