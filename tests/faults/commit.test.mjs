// The connection is cut around COMMIT, over every operation that writes.
// What each leaves is compared with what it leaves when nothing is cut.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { AUTH, address, call, granted, login, mail, mails, password, sott }
    from '../http/api.mjs';
import { Proxy, Tally, db, sleep } from './faults.mjs';

const proxy = new Proxy();
await proxy.up();
after(() => {
    db.bye();
    return proxy.down();
});

const second = 'violet-harbour-88', third = 'amber-lantern-93';

// What the database holds of a person, as words that can be compared.
async function truth(email) {
    const of = (table) => `(SELECT COUNT(*) FROM dw_${table} x
        WHERE x.uid = i.uid)`;
    const text = await db.ask(`SELECT CONCAT_WS(' ', 'account', a.generation,
        a.logins, a.profile_version, a.email_verified_s > 0,
        i.verified_s > 0, JSON_VALUE(a.profile, '$.City'),
        'password', ${of('password')}, ${of('password_history')},
        'sessions', ${of('session')}, (SELECT COUNT(*) FROM dw_session s
            WHERE s.uid = i.uid AND s.generation = a.generation),
        'refresh', ${of('refresh_token')}, 'tickets', ${of('ticket')},
        (SELECT COUNT(*) FROM dw_ticket t WHERE t.uid = i.uid
            AND t.used_s > 0),
        'audit', (SELECT GROUP_CONCAT(e.event, ':', e.n ORDER BY e.event)
            FROM (SELECT uid, event, COUNT(*) n FROM dw_audit
            GROUP BY uid, event) e WHERE e.uid = i.uid))
        FROM dw_identifier i JOIN dw_account a USING (uid)
        WHERE i.canonical = '${email}'`);
    return text || 'nothing';
}

const subjects = async (email) => (await mails(email)).map((m) => m.subject)
    .sort().join(', ');

// In the order of a life; each with a statement that its transaction holds.
const operations = [
    ['registration', /INTO dw_account /, async (p) =>
        call('POST', `${AUTH}/register`, { from: p.from,
            headers: { 'X-Doorward-Sott': p.sott }, json: { Password: password,
                Email: [{ Type: 'Primary', Value: p.email }] } })],
    ['verification', /email_verified_s = IF/, (p) => call('GET',
        `${AUTH}/email`, { query: { verificationtoken: p.link } })],
    ['login', /INTO dw_session /, (p) => login(p)],
    ['profile update', /SET profile = /, (p) => call('PUT', `${AUTH}/account`,
        { token: p.token, json: { City: 'Rome' } })],
    ['password change', /INTO dw_password /, (p) => call('PUT',
        `${AUTH}/password/change`, { token: p.token, json: {
            oldpassword: password, newpassword: second } })],
    ['reset', /INTO dw_password /, (p) => call('PUT',
        `${AUTH}/password/reset`, { json: { resettoken: p.link,
            password: third } })],
    ['sign-out', /SET generation = 0/, (p) => call('GET',
        `${AUTH}/access_token/invalidate`, { token: p.token })]
];

// What must be there before an operation, uncut.
const before = {
    'registration': async (p) => { p.sott = await sott(); },
    'verification': async (p) => { p.link = (await mail(p.email)).token; },
    'reset': async (p) => {
        granted(await call('POST', `${AUTH}/password`,
            { json: { email: p.email } }));
        await mail(p.email, 3);
        p.link = (await mails(p.email)).find((m) =>
            /vtype=reset/.test(m.link ?? '')).token;
    },
    'sign-out': async (p) => {
        p.token = granted(await login(p, third)).access_token;
    }
};

const cuts = {
    // COMMIT never arrives.
    before: (link) => link.cut(),
    // It is done, and nobody hears of it.
    behind: (link, packet) => {
        link.answered = () => link.cut();
        link.server.write(packet);
    },
    // Cut while the server is at it.
    during: (link, packet) => link.server.write(packet, () => link.cut()),
    // It was on its way, and arrives when the client has long asked.
    late: async (link, packet) => {
        link.closing = true;
        link.client.destroy();
        await sleep(300);
        link.answered = () => link.cut();
        link.server.write(packet);
    }
};
const kinds = ['before', 'behind', 'before', 'during', 'before', 'late'];

function arm(kind, marker) {
    let cut = false;
    proxy.watch = (command, link, packet) => {
        if (command !== 'COMMIT' || !link.said.some((s) => marker.test(s)))
            return undefined;
        proxy.watch = null;
        cut = true;
        cuts[kind](link, packet);
        return 'taken';
    };
    return () => cut;
}

async function live(judge) {
    const p = { email: address() };
    for (const [what, marker, run] of operations) {
        await before[what]?.(p);
        const answer = await judge(p, what, marker, () => run(p));
        p.token = answer.json?.access_token ?? p.token;
    }
    await mail(p.email, 4);
    return p;
}

const good = new Map();
let letters;

test('nothing is cut: what each operation leaves', async () => {
    const p = await live(async (p, what, marker, run) => {
        const answer = granted(await run());
        good.set(what, await truth(p.email));
        return { json: answer };
    });
    assert.equal(new Set(good.values()).size, operations.length);
    letters = await subjects(p.email);
});

test('S-139: the connection is cut around COMMIT 504 times: done once, and ' +
    'the answer is true', async (t) => {
    assert.ok(letters, 'nothing to compare with');
    const tally = new Tally();
    const count = {};
    for (let life = 0, n = 0; life < 72; life++) {
        let p;
        try {
            p = await live(async (p, what, marker, run) => {
                const kind = kinds[n++ % kinds.length];
                let answer;
                await tally.one(`${what}, cut ${kind}`, async () => {
                    const was = await truth(p.email);
                    const cut = arm(kind, marker);
                    answer = await run();
                    proxy.watch = null;
                    const is = await truth(p.email);
                    assert.ok(cut(), `nothing was cut: ${answer.text}`);
                    const key = `${kind} ${answer.status}`;
                    count[key] = (count[key] ?? 0) + 1;
                    assert.equal(is, answer.status === 200 ?
                        good.get(what) : was);
                    assert.equal(answer.status, 200, answer.text);
                });
                return answer;
            });
            assert.equal(await subjects(p.email), letters);
        } catch (e) {
            tally.broken.push(`life ${life}: ${e.message}`);
            tally.held--;
        }
    }
    for (const [key, value] of Object.entries(count).sort())
        t.diagnostic(`cut ${key}: ${value}`);
    tally.end(t, 'cut around COMMIT');
    assert.equal(tally.tried, 504);
});
