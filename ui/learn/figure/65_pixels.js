// Small pictures of square pixels: filled above 0, empty below; what differs from another picture has a cross.
// panel: { width: pixels in a row, size: how wide a picture is on the screen, such as "300px", pictures: [{ title, value: name (of the chosen step) or at: [numbers],
//          other: name of a value, or [numbers], that it is compared with, than: what that is called, edit: name, ring: name of a value that holds
//          the place of one pixel to mark, note, tint: whether numbers from -1 to 1 are shades, most: the darkest, 1 if not said }] }
// Where there is `edit`, a click turns a pixel over: `edit.place` becomes the other sign.

PANELS.pixels = (figure, first) => {
  const root = make("div", { class: "pixels" });
  let panel = first, drawn = [];

  const numbers = (found) => (typeof found === "string" ? figure.row(found) : found);
  const build = () => {
    drawn = panel.pictures.map((picture, which) => {
      const count = numbers(picture.value ?? picture.at).length;
      const cells = Array.from({ length: count }, (_, place) => make(picture.edit ? "button" : "span", picture.edit
        ? { type: "button", class: "pixel", on: { click: () => turn(which, place) } }
        : { class: "pixel", on: picture.tint ? { click: () => figure.take({ unit: place }) } : {} }));
      const grid = make("div", { class: "grid", style: { gridTemplateColumns: `repeat(${panel.width}, 1fr)`, ...(panel.size ? { width: panel.size } : {}) } }, ...cells);
      if (!picture.edit) grid.setAttribute("role", "img");
      const note = make("div", { class: "note" });
      return { cells, grid, note, box: make("figure", {}, make("figcaption", { text: picture.title }), grid, note) };
    });
    root.replaceChildren(...drawn.map((one) => one.box));
  };
  const turn = (which, place) => {
    const picture = panel.pictures[which], name = `${picture.edit}.${place}`;
    const now = figure.state.edits[name] ?? numbers(picture.value ?? picture.at)[place];
    figure.edit({ [name]: now > 0 ? -1 : 1 });
  };
  const shape = () => JSON.stringify([panel.width, panel.pictures.map((one) => [one.title, one.edit, numbers(one.value ?? one.at).length])]);

  build();
  let signature = shape();
  return {
    root,
    update(next) { panel = next; if (shape() !== signature) { signature = shape(); build(); } },
    draw() {
      drawn.forEach(({ cells, grid, note }, which) => {
        const picture = panel.pictures[which], now = numbers(picture.value ?? picture.at), other = picture.other ? numbers(picture.other) : now;
        const ring = picture.ring ? figure.row(picture.ring)[0] : -1;
        const wrong = now.filter((value, place) => value > 0 !== other[place] > 0).length;
        cells.forEach((cell, place) => {
          const value = (picture.edit ? figure.state.edits[`${picture.edit}.${place}`] : undefined) ?? now[place];
          cell.classList.toggle("full", !picture.tint && value > 0);
          cell.classList.toggle("differs", !picture.tint && value > 0 !== other[place] > 0);
          cell.classList.toggle("ring", place === (picture.tint ? figure.state.unit : ring));
          if (picture.tint) { cell.style.background = signed(value, picture.most ?? 1); cell.title = format(value); }
          if (picture.edit) cell.setAttribute("aria-label", `Row ${Math.floor(place / panel.width) + 1}, column ${(place % panel.width) + 1}: ${value > 0 ? "filled" : "empty"}. Turn it over.`);
        });
        const text = picture.note ?? (picture.other && !picture.tint ? `${wrong} of ${now.length} pixels differ${picture.than ? ` from ${picture.than}` : ""}` : "");
        if (!picture.edit) grid.setAttribute("aria-label", `${picture.title}. ${text}`);
        if (note.textContent !== text) note.textContent = text;
      });
    },
  };
};
