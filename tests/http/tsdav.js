// tsdav at work, step by step: a line of JSON in, [verb, value …], one out. What it found stays between lines.
const path = require("path");
const { DAVClient } = require(path.resolve(process.argv[2], "node_modules/tsdav/dist/tsdav.cjs.js"));

let client, calendars;
const names = objects => objects.map(o => o.url.split("/").pop()).sort();
const synced = async () => {
    const { created, updated, deleted } = await client.syncCalendars({ oldCalendars: calendars, detailedResult: true });
    const before = calendars[0].objects ?? [];
    calendars = updated.length ? updated : calendars;
    return { calendars: [created.length, updated.length, deleted.length], was: names(before), objects: names(calendars[0].objects ?? []) };
};

const verbs = {
    async login(serverUrl, username, password) {
        client = new DAVClient({ serverUrl, credentials: { username, password }, authMethod: "Basic", defaultAccountType: "caldav" });
        await client.login();
        const { rootUrl, principalUrl, homeUrl } = client.account;
        return { rootUrl, principalUrl, homeUrl };
    },
    async calendars() {
        calendars = await client.fetchCalendars();
        return calendars;
    },
    objects: (more = {}) => client.fetchCalendarObjects({ calendar: calendars[0], ...more }),
    // From nothing: without a token and a ctag everything has changed.
    async initial() {
        calendars = [{ ...calendars[0], syncToken: "", ctag: "", objects: [] }];
        return synced();
    },
    sync: synced,
    async smart(method) {
        const objectMultiGet = wanted => client.calendarMultiGet(wanted);
        const fetchObjects = ({ collection }) => client.fetchCalendarObjects({ calendar: collection });
        const { objects } = await client.smartCollectionSync({ method, detailedResult: true,
            collection: { ...calendars[0], objectMultiGet, fetchObjects } });
        return Object.fromEntries(Object.entries(objects).map(([what, list]) => [what, names(list)]));
    },
    async update(calendarObject) {
        const reply = await client.updateCalendarObject({ calendarObject });
        return { status: reply.status, text: await reply.text() };
    },
    async create(filename, iCalString) {
        return { status: (await client.createCalendarObject({ calendar: calendars[0], filename, iCalString })).status };
    },
    async remove(calendarObject) {
        return { status: (await client.deleteCalendarObject({ calendarObject })).status };
    },
};

(async () => {
    for await (const line of require("readline").createInterface({ input: process.stdin })) {
        const [verb, ...values] = JSON.parse(line);
        const told = await verbs[verb](...values).then(value => ({ value }), e => ({ error: e.message }));
        process.stdout.write(JSON.stringify(told) + "\n");
    }
})();
