// For how many orders does the condition hold? A line under the log, with its number.

class Truth {
  constructor($, band) {
    this.$ = $;
    this.band = band;
    $("ask").onsubmit = (event) => {
      event.preventDefault();
      band.tell("when", $("condition").value);
    };
    $("flip-before").onclick = () => this.flip(-1);
    $("flip-after").onclick = () => this.flip(1);
    $("holding").onclick = () => band.tell("holding", true);
    $("unask").onclick = () => band.tell("when", "");
  }

  load(told, position) {
    const asked = told?.text ?? "";
    if (asked !== this.asked) this.$("condition").value = asked;
    this.asked = asked;
    this.told = told?.line.length ? told : null;
    this.at = position;
    this.points = this.told ? joined(points(told.line), points(told.close)) : [];
    this.mistaken(told);
    this.$("unask").hidden = !told;
    for (const id of ["lane", "flip-before", "flip-after", "holding"]) this.$(id).hidden = !this.told;
  }

  // The condition once more, underlined from where it cannot be understood.
  mistaken(told) {
    const [column, reason] = told?.mistake ?? [];
    this.$("mistake").hidden = reason === undefined;
    this.$("condition").setAttribute("aria-invalid", reason !== undefined);
    if (reason === undefined) return;
    const wrong = document.createElement("u");
    wrong.textContent = told.text.slice(column).match(/^("[^"]*"|'[^']*'|\w+|.)?/)[0] || "\u00a0";
    const code = document.createElement("code");
    code.append(told.text.slice(0, column), wrong, told.text.slice(column + wrong.textContent.length));
    this.$("mistake").replaceChildren(code, ` ${reason}${/[.?]$/.test(reason) ? "" : "."}`);
  }

  flip(direction) {
    if (this.told) this.band.tell("flip", [this.band.position, direction]);
  }

  draw(view, position, style) {
    if (!this.told) return;
    this.say(position);
    const canvas = this.$("count");
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const pen = penOf(canvas);
    const shown = this.within(view);
    const most = Math.max(1, ...shown.map(([, held]) => held));
    const y = (held) => height - 1 - (held / most) * (height - 4);
    const outline = new Path2D();
    shown.forEach(([place, held], index) => {
      const x = Math.min(1, Math.max(0, view.share(place))) * width;
      if (index) outline.lineTo(x, y(shown[index - 1][1]));
      outline.lineTo(x, y(held));
    });
    const area = new Path2D(outline);
    area.lineTo(width, y(shown.at(-1)[1]));
    area.lineTo(width, height);
    area.lineTo(0, height);
    pen.fillStyle = hatched(pen, style.getPropertyValue("--held"));
    pen.fill(area);
    outline.lineTo(width, y(shown.at(-1)[1]));
    pen.strokeStyle = style.getPropertyValue("--held");
    pen.lineWidth = 1.5;
    pen.stroke(outline);
    this.$("most").textContent = number.format(most);
  }

  // The points in the picture, from what held at its left edge.
  within(view) {
    const inside = this.points.filter(([place]) => place > view.from && place <= view.to);
    return [[view.from, this.number(view.from)], ...inside];
  }

  number(position) {
    const found = this.points.findLast(([place]) => place <= position);
    return found ? found[1] : 0;
  }

  // At rest the server has counted; under way it is read off the line.
  say(position) {
    const held = position === this.at ? this.told.number : this.number(position);
    this.$("holding").textContent = `holds for ${number.format(held)} ${held === 1 ? "order" : "orders"}`;
  }
}

// [position, number] of each point, from the steps between them.
function points(steps) {
  const found = [];
  let [place, held] = [0, 0];
  for (let at = 0; at < steps.length; at += 2) {
    [place, held] = [place + steps[at], held + steps[at + 1]];
    found.push([place, held]);
  }
  return found;
}

// The line of the whole log, with the part that is known more closely put in its place.
function joined(line, close) {
  if (!close.length) return line;
  const [first, last] = [close[0][0], close.at(-1)[0]];
  return [...line.filter(([place]) => place < first), ...close, ...line.filter(([place]) => place > last)];
}

// Strokes as well as colour.
function hatched(pen, colour) {
  const tile = new OffscreenCanvas(6, 6);
  const brush = tile.getContext("2d");
  brush.strokeStyle = colour;
  brush.globalAlpha = 0.55;
  brush.beginPath();
  for (const x of [-3, 0, 3]) {
    brush.moveTo(x, 6);
    brush.lineTo(x + 6, 0);
  }
  brush.stroke();
  return pen.createPattern(tile, "repeat");
}
