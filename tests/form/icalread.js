// What ical.js (Thunderbird's reader) reads of calendars; the same words as tests/form/icalread.c.
const path = require("path");
const ICAL = require(path.resolve(process.argv[2], "node_modules/ical.js/dist/ical.es5.cjs"));

function component(c) {
    const found = {};
    const add = (name, text) => { found[name] = name in found ? found[name] + "|" + text : text; };
    for (const p of c.getAllProperties()) {
        const name = p.name.toUpperCase();
        if (name === "DTSTART" || name === "DTEND") found[name] = p.getFirstValue().toUnixTime();
        else for (const v of p.getValues()) add(name, String(v));
        const cn = p.getParameter("cn");
        if (cn !== undefined) add(name + ";CN", cn);
    }
    return found;
}

const rest = require("fs").readFileSync(0);
const out = [];
for (let at = 0; at < rest.length;) {
    const end = rest.indexOf(10, at), length = Number(rest.subarray(at, end));
    const calendar = new ICAL.Component(ICAL.parse(rest.subarray(end + 1, end + 1 + length).toString("utf8")));
    ICAL.TimezoneService.reset();
    for (const z of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(z);
    out.push(JSON.stringify({calendar: component(calendar), events: calendar.getAllSubcomponents("vevent").map(component)}));
    at = end + 1 + length;
}
require("fs").writeFileSync(1, out.join("\n") + "\n");
