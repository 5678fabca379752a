// What can be opened? Rows with buttons, and ribbons that open the same. Text goes in as text.
const instances = new WeakMap();
const SVG = "http://www.w3.org/2000/svg";

function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

function draw(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const hued = (hue) => `--hue: var(--st-${hue}-color)`;

class Choices {
  constructor(root) {
    this.root = root;
    this.$ = (selector) => root.querySelector(selector);
  }

  // Called again at every rerun and every change of theme: what is the same stays, focus too.
  update({ data, setTriggerValue }) {
    this.open = (opens) => setTriggerValue("opens", opens);
    if (data.sent !== this.sent) this.learn(data.sent);
    this.mark("opened", data.opened);
  }

  learn(sent) {
    const held = this.root.activeElement ?? this.root.getRootNode().activeElement;
    const opens = held?.dataset?.opens;
    this.sent = sent;
    const { label, columns, rows, picture } = JSON.parse(sent);
    this.$("#table").replaceChildren(this.table(label, columns, rows));
    this.$("#picture").hidden = !picture;
    this.$(".body").classList.toggle("pictured", Boolean(picture));
    if (picture) this.paint(picture);
    if (opens) this.$(`button[data-opens="${CSS.escape(opens)}"]`)?.focus({ preventScroll: true });
  }

  table(label, columns, rows) {
    const figure = columns.map((name) => (name.startsWith("#") ? "figure" : null));
    const heads = columns.map((name, place) => el("th", { scope: "col", class: figure[place] }, name.replace("#", "")));
    const lines = rows.map((cells) => this.row(cells, figure));
    return el("table", {}, el("caption", {}, label), el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...lines));
  }

  row(cells, figure) {
    const row = el("tr", {}, ...cells.map((cell, place) => el("td", { class: figure[place] }, ...this.cell(cell))));
    const opened = cells.filter((cell) => cell.opens).map((cell) => cell.opens);
    if (opened.length === 1) row.dataset.of = opened[0];
    row.onmouseenter = () => this.mark("lit", row.dataset.of);
    row.onmouseleave = () => this.mark("lit", null);
    return row;
  }

  cell({ text, opens, told, hue }) {
    const dot = hue ? el("span", { class: "dot", style: hued(hue), "aria-hidden": "true" }) : null;
    if (!opens) return [dot ?? "", el("span", { title: told }, text)];
    const button = el("button", { type: "button", title: told, "data-opens": opens }, text);
    button.onclick = () => this.open(opens);
    return [dot ?? "", button];
  }

  paint({ width, height, columns, nodes, ribbons, heads }) {
    const svg = this.$("svg");
    const box = this.$(".picture");
    box.style.height = `${height}px`;
    box.style.setProperty("--columns", columns);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren(...ribbons.map((one) => this.ribbon(one)), ...nodes.map((one) => this.bar(one)));
    box.replaceChildren(svg, ...heads.map((one) => this.head(one, width)), ...nodes.map((one) => this.name(one, width)));
  }

  ribbon({ path, opens, told, hue }) {
    const ribbon = draw("path", { d: path, style: hued(hue), "data-of": opens });
    ribbon.append(Object.assign(draw("title", {}), { textContent: told }));
    ribbon.onclick = () => this.open(opens);
    ribbon.onmouseenter = () => this.mark("lit", opens);
    ribbon.onmouseleave = () => this.mark("lit", null);
    return ribbon;
  }

  bar({ x, y, width, height, hue }) {
    return draw("rect", { x, y, width, height, rx: 2, style: hued(hue) });
  }

  name({ label, figure, side, label_x, label_y }, width) {
    const style = `left: ${(100 * label_x) / width}%; top: ${label_y}px`;
    return el("div", { class: `name ${side}`, style }, el("b", {}, label), figure);
  }

  head({ text, side, x }, width) {
    return el("div", { class: `head name ${side}`, style: `left: ${(100 * x) / width}%` }, text);
  }

  mark(how, opens) {
    for (const one of this.root.querySelectorAll("[data-of]")) one.classList.toggle(how, Boolean(opens) && one.dataset.of === opens);
    if (how !== "opened") return;
    for (const one of this.root.querySelectorAll("[data-opens]")) one.setAttribute("aria-pressed", one.dataset.opens === opens);
  }
}

export default function (component) {
  const root = component.parentElement;
  if (!instances.has(root)) instances.set(root, new Choices(root));
  instances.get(root).update(component);
  return () => instances.delete(root);
}
