// What is in the order? A table that keeps the rows an event has not touched.

const MOST_ITEMS = 40;
const AMOUNTS = ["quantity", "unit_price", "total"];

class Items {
  constructor(fields) {
    this.fields = fields;
    this.drawn = new Map();
    this.everything = false;
    const names = ["Item", "Qty", "Unit price", "Total"];
    const head = el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, name)));
    const parts = [el("thead", {}, head), el("tbody"), el("tfoot")];
    this.table = el("table", { class: "items" }, ...parts);
  }

  draw() {
    const items = this.fields.below("items");
    if (!items.length) return el("p", { class: "empty" }, "No items yet.");
    const shown = this.around(items);
    const rows = shown.map(([key, paths]) => this.kept(key, paths));
    if (shown.length < items.length) rows.push(this.rest(items.length - shown.length));
    place(this.table.tBodies[0], rows);
    const sums = ["total", "paid"].filter((name) => this.fields.has(name));
    this.table.tFoot.replaceChildren(...sums.map((name) => this.sum(name)));
    return this.table;
  }

  // Of very many items, those nearest to what changed.
  around(items) {
    if (items.length <= MOST_ITEMS || this.everything) return items;
    const touched = (path) => this.fields.before.has(path);
    const changed = items.findIndex(([, paths]) => paths.some(touched));
    const middle = changed < 0 ? items.length : changed;
    const from = Math.min(Math.max(0, middle - MOST_ITEMS / 2), items.length - MOST_ITEMS);
    return items.slice(from, from + MOST_ITEMS);
  }

  rest(hidden) {
    const all = el("button", { type: "button", class: "more" }, `Show ${count(hidden)} more items`);
    all.onclick = () => {
      this.everything = true;
      this.draw();
    };
    return el("tr", {}, el("td", { colspan: 4 }, all));
  }

  // The row drawn before, if nothing it shows has become different.
  kept(key, paths) {
    const { walk, before, version } = this.fields;
    // A text for absence: JSON writes undefined as null, which here means "was not there before".
    const was = (path) => (before.has(path) ? [before.get(path)] : "untouched");
    const seen = (path) => [walk.state.get(path), was(path), walk.setBy(path, version)];
    const sign = JSON.stringify(paths.map(seen));
    if (this.drawn.get(key)?.sign !== sign) this.drawn.set(key, { sign, row: this.row(key, paths) });
    return this.drawn.get(key).row;
  }

  row(key, paths) {
    const { fields } = this;
    const id = fields.now("items", key, "product_id") ?? key;
    const cells = ["product_name", ...AMOUNTS].map((part) => fields.value("items", key, part));
    const gone = fields.now("items", key, "quantity") === undefined;
    const born = !gone && fields.before.get(fields.number("items", key, "quantity")) === null;
    if (gone || born) this.once(cells);
    const code = el("span", { class: "small", title: id }, LONG_ID.test(id) ? short(id) : id);
    code.dataset.by = fields.since(this.touched(paths));
    const [name, ...amounts] = cells;
    const row = [el("th", { scope: "row" }, name, code)];
    row.push(...amounts.map((amount) => el("td", { class: "amount" }, amount)));
    return el("tr", { class: gone ? "gone" : born ? "born" : null }, ...row);
  }

  // The last event that touched anything in this row.
  touched(paths) {
    const { walk, version } = this.fields;
    const touches = paths.map((path) => walk.setBy(path, version)).filter((by) => by !== ABSENT);
    return touches.length ? Math.max(...touches) : ABSENT;
  }

  // A row that came or went is marked as a row, not value by value.
  once(cells) {
    for (const cell of cells) cell.classList.remove("changed");
    for (const cell of cells.slice(1)) cell.querySelector(".mark")?.remove();
  }

  sum(name) {
    const title = el("th", { scope: "row", colspan: 3 }, label(name));
    return el("tr", { class: name }, title, el("td", { class: "amount" }, this.fields.value(name)));
  }
}
