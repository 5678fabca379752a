// How is a field called, and how is an element made? Text goes in as text, never as HTML.

const LABELS = {
  id: "Order",
  customer_id: "Customer",
  items: "Items",
  payments: "Payment",
  shipping_address: "Ship to",
  tracking_number: "Tracking number",
  zip: "ZIP",
  cancelled_by: "Cancelled by",
  correlation_id: "Part of",
  causation_id: "Caused by",
};
const NOTHING = "—";
const LONG_ID = /([0-9a-f]{20,}|[0-9a-f]{8}-[0-9a-f-]{27})/i;

const label = (name) => LABELS[name] ?? inWords(name);
const inWords = (name) => {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
const NUMBERS = new Intl.NumberFormat("en-US");
const count = (number) => NUMBERS.format(number);
const withoutSeconds = (at) => at.replace(/:\d\d \S+$/, "");
const day = (at) => at.replace(/ \d\d:.*/, "");
const short = (id) => `${id.slice(0, 8)}…`;
const orNothing = (value) => (value === null || value === undefined || value === "" ? NOTHING : value);

function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// These nodes, in this order, and no others; those that stay are not touched, nor laid out again.
function place(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}

// A sentence whose machine ids are shortened; the whole id stays in the title.
function prose(text) {
  return text.split(LONG_ID).map((part, index) => {
    if (index % 2 === 0) return part;
    return el("span", { class: "id", title: part }, short(part));
  });
}

// JSON with line breaks added between its parts; every other byte stays as it is stored.
function indented(json) {
  let depth = 0;
  let quoted = false;
  let out = "";
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (c === '"' && !escaped(json, i)) quoted = !quoted;
    if (quoted || !"{}[],:".includes(c)) out += c;
    else if (c === ":") out += ": ";
    else if (c === ",") out += `,\n${"  ".repeat(depth)}`;
    else if (json[i + 1] === "}" || json[i + 1] === "]") out += c + json[++i];
    else if ("{[".includes(c)) out += `${c}\n${"  ".repeat(++depth)}`;
    else out += `\n${"  ".repeat(--depth)}${c}`;
  }
  return out;
}

function escaped(json, quote) {
  let slashes = 0;
  while (json[quote - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}
