// How does each thing look? Strokes on a 16 × 16 grid, so that shape tells what colour tells.

const STROKES = {
  begin: "M8 3.2 9.3 6.7 12.8 8 9.3 9.3 8 12.8 6.7 9.3 3.2 8 6.7 6.7z",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  pin: "M8 13.5S3.8 9.9 3.8 6.7a4.2 4.2 0 0 1 8.4 0c0 3.2-4.2 6.8-4.2 6.8zM8 8.1a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8z",
  coin: "M2.5 4.5h11v7h-11zM2.5 7h11M5 9.6h2.2",
  flag: "M4.5 13.5v-11M4.5 3h7.2L9.8 5.8l1.9 2.8H4.5",
  parcel: "M2.8 5.2 8 2.5l5.2 2.7v5.6L8 13.5l-5.2-2.7zM2.8 5.2 8 7.9l5.2-2.7M8 7.9v5.6",
  check: "M3.3 8.4 6.6 11.7 12.8 4.9",
  cross: "M4 4l8 8M12 4l-8 8",
  dot: "M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  first: "M4 3.5v9M12 3.5 6.8 8l5.2 4.5z",
  previous: "M10.5 3.5 5.3 8l5.2 4.5z",
  next: "M5.5 3.5 10.7 8l-5.2 4.5z",
  last: "M12 3.5v9M4 3.5 9.2 8 4 12.5z",
  play: "M5.2 3.2 12.6 8l-7.4 4.8z",
  pause: "M5.2 3.5v9M10.8 3.5v9",
  forward: "M3 8h9M8.5 4.5 12 8l-3.5 3.5",
};
const SVG = "http://www.w3.org/2000/svg";

function draw(tag, attributes, parent) {
  const shape = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  parent?.append(shape);
  return shape;
}

function icon(name) {
  const svg = draw("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" });
  draw("path", { d: STROKES[name] ?? STROKES.dot }, svg);
  return svg;
}

function token(kind) {
  return el("span", { class: `token ${kind.hue}` }, icon(kind.icon));
}
