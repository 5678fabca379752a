// What does each field of the order hold at this version, since when, and did this event change it?

class Fields {
  constructor(walk) {
    this.walk = walk;
  }

  move(version) {
    this.version = version;
    this.before = new Map(this.walk.patch(version).map(([path, before]) => [path, before]));
    this.groups = this.grouped();
  }

  // The paths by their first part and, below it, by their second; gone ones that changed included.
  grouped() {
    const groups = new Map();
    const present = new Set(this.walk.state.keys());
    for (const [path, before] of this.before) if (before !== null) present.add(path);
    for (const path of [...present].sort((a, b) => a - b)) this.group(groups, path);
    return groups;
  }

  group(groups, path) {
    const [name, key] = this.walk.paths[path];
    if (!groups.has(name)) groups.set(name, new Map());
    const below = groups.get(name);
    if (key !== undefined) below.set(key, [...(below.get(key) ?? []), path]);
  }

  below(name) {
    return [...(this.groups.get(name) ?? [])];
  }

  number(...path) {
    return this.walk.number(path);
  }

  now(...path) {
    return this.walk.state.get(this.number(...path));
  }

  has(...path) {
    return this.now(...path) !== undefined || Boolean(this.before.get(this.number(...path)));
  }

  // A value with its origin in the title, and a mark if this event changed it. It can be asked why.
  value(...path) {
    const number = this.number(...path);
    const now = this.walk.state.get(number);
    const text = el("span", { class: "text" }, orNothing(now ?? this.before.get(number)));
    const node = el("span", { class: "value" }, text);
    if (number === ABSENT) return node;
    const by = this.walk.setBy(number, this.version);
    if (by !== ABSENT) node.title = `since v${count(by)}: ${this.walk.event(by).sentence}`;
    this.askable(node, number, `${fullName(this.walk, number)}, ${text.textContent}`, by);
    if (this.before.has(number)) this.mark(node, this.before.get(number), now);
    return node;
  }

  askable(node, number, told, by) {
    node.dataset.path = number;
    node.dataset.by = this.since(by);
    node.tabIndex = 0;
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", `${told}, ${node.dataset.by}: why?`);
  }

  // The version that last set it; what has been so from the beginning, or from before what we hold.
  since(by) {
    const { first } = this.walk;
    return by === ABSENT && first > 1 ? `< v${count(first)}` : `v${count(by ?? 1)}`;
  }

  mark(node, was, now) {
    const sign = orNothing(was) === NOTHING ? "+" : now === undefined ? "−" : "±";
    const told = { "+": "new", "−": "gone", "±": `was ${was}` }[sign];
    node.classList.add("changed");
    node.removeAttribute("title");
    node.append(el("abbr", { class: "mark", title: told, "aria-label": told }, sign));
  }
}
