// S-145: kill -9 of anything at any instruction, during a mixed load.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, call, granted, login, refused } from '../http/api.mjs';
import { count, killed, released, remembered } from './killer.mjs';
import { clock, ctl, number, sql, until } from './kills.mjs';
import { delivered, state } from './load.mjs';

killed(500, 12, ['register', 'verify', 'login', 'validate', 'change', 'forgot',
    'reset', 'profile', 'invalidate', 'sign-up page', 'verify page',
    'login page', 'change page', 'sign-out page']);
released();
remembered();

test('S-126: after kills every mail was delivered, once by its Message-ID',
    async (t) => {
        clock(600);    // the leases of the dead are over
        await until('the outbox is empty', async () => {
            await ctl('outbox', 'run');
            return number('SELECT COUNT(*) FROM dw_outbox') === 0;
        });
        const all = delivered();
        const ids = new Map(all.map((m) => [m.id, m]));
        assert.ok(!ids.has(undefined));
        // A copy comes from a delivery that was killed before it could say
        // that it was done.
        assert.ok(all.length - ids.size <= count.after,
            `${all.length - ids.size} copies`);
        const got = new Map(), add = (to, what) => got.set(`${to} ${what}`,
            (got.get(`${to} ${what}`) ?? 0) + 1);
        const kinds = [[/^Confirm your email/, 'verification_sent'],
            [/^Choose a new password/, 'reset_sent'],
            [/^Your password .* was changed/, 'changed'],
            [/^You already have/, 'known'],
            [/^A new sign-in/, 'new_browser']];
        for (const m of ids.values())
            add(m.to, kinds.find(([s]) => s.test(m.subject))[1]);
        // The audit is of the same transaction as the change.
        const due = new Map(sql(`SELECT i.canonical, CASE
            WHEN a.event IN ('password_changed', 'password_reset')
            THEN 'changed' ELSE a.event END AS what, COUNT(*)
            FROM dw_audit AS a JOIN dw_identifier AS i
            ON i.uid = a.uid AND i.kind = 1
            WHERE a.event IN ('verification_sent', 'reset_sent',
            'password_changed', 'password_reset', 'new_browser')
            GROUP BY i.canonical, what`).map(([to, what, n]) =>
            [`${to} ${what}`, Number(n)]));
        let right = 0;
        for (const [what, n] of due)
            if (got.get(what) === n)
                right++;
            else
                t.diagnostic(`${what}: due ${n}, got ${got.get(what)}`);
        t.diagnostic(`mails: tried ${due.size}, held ${right} ` +
            `(${ids.size} messages, ${all.length - ids.size} copies)`);
        assert.equal(right, due.size);
        for (const what of got.keys())
            assert.ok(due.has(what) || what.endsWith(' known'), what);
        assert.equal(number(`SELECT COUNT(*) FROM dw_account AS a
            WHERE (SELECT COUNT(*) FROM dw_audit AS v WHERE v.uid = a.uid
            AND v.event = 'verification_sent') <> 1`), 0);
    });

// Each query finds what must not be, among the rows of the second.
const invariants = [
    ['a session has an account', `SELECT COUNT(*) FROM dw_session AS s
        LEFT JOIN dw_account AS a ON a.uid = s.uid WHERE a.uid IS NULL`,
    'dw_session'],
    ['a refresh token has a session', `SELECT COUNT(*)
        FROM dw_refresh_token AS r LEFT JOIN dw_session AS s
        ON s.family = r.family WHERE s.family IS NULL`, 'dw_refresh_token'],
    ['an account has one address', `SELECT COUNT(*) FROM dw_account AS a
        WHERE (SELECT COUNT(*) FROM dw_identifier AS i
        WHERE i.uid = a.uid AND i.kind = 1) <> 1`, 'dw_account'],
    ['an identifier has an account', `SELECT COUNT(*) FROM dw_identifier AS i
        LEFT JOIN dw_account AS a ON a.uid = i.uid WHERE a.uid IS NULL`,
    'dw_identifier'],
    ['an account has one password', `SELECT COUNT(*) FROM dw_account AS a
        LEFT JOIN dw_password AS p ON p.uid = a.uid WHERE p.uid IS NULL`,
    'dw_account'],
    ['an account is registered in the audit, once', `SELECT COUNT(*)
        FROM dw_account AS a WHERE (SELECT COUNT(*) FROM dw_audit AS v
        WHERE v.uid = a.uid AND v.event = 'registered') <> 1`, 'dw_account'],
    ['a proven address has its audit, and the reverse', `SELECT COUNT(*)
        FROM dw_account AS a JOIN dw_identifier AS i ON i.uid = a.uid
        WHERE (a.email_verified_s <> 0) <> (i.verified_s <> 0)
        OR (a.email_verified_s <> 0) <> EXISTS (SELECT 1 FROM dw_audit AS v
        WHERE v.uid = a.uid AND v.event IN ('email_verified',
        'password_reset'))`, 'dw_account'],
    ['a used link of verification has its effect, and the reverse',
        `SELECT COUNT(*) FROM dw_account AS a WHERE (SELECT COUNT(*)
        FROM dw_ticket AS t WHERE t.uid = a.uid AND t.purpose = 1
        AND t.used_s <> 0) <> (SELECT COUNT(*) FROM dw_audit AS v
        WHERE v.uid = a.uid AND v.event = 'email_verified')`, 'dw_account'],
    ['a used link of reset has its effect, and the reverse',
        `SELECT COUNT(*) FROM dw_account AS a WHERE (SELECT COUNT(*)
        FROM dw_ticket AS t WHERE t.uid = a.uid AND t.purpose = 2
        AND t.used_s <> 0) <> (SELECT COUNT(*) FROM dw_audit AS v
        WHERE v.uid = a.uid AND v.event = 'password_reset')`, 'dw_account'],
    ['a password that was replaced has its audit, and the reverse',
        `SELECT COUNT(*) FROM dw_account AS a WHERE (SELECT COUNT(*)
        FROM dw_password_history AS h WHERE h.uid = a.uid) <> LEAST(5,
        (SELECT COUNT(*) FROM dw_audit AS v WHERE v.uid = a.uid AND
        v.event IN ('password_changed', 'password_reset')))`, 'dw_account'],
    ['a sign-in has its session and its audit', `SELECT COUNT(*)
        FROM dw_account AS a WHERE a.logins <> (SELECT COUNT(*)
        FROM dw_audit AS v WHERE v.uid = a.uid AND v.event = 'login')
        OR a.logins <> (SELECT COUNT(*) FROM dw_session AS s
        WHERE s.uid = a.uid)`, 'dw_account'],
    ['a profile that changed has its audit', `SELECT COUNT(*)
        FROM dw_account AS a WHERE a.profile_version - 1 <> (SELECT COUNT(*)
        FROM dw_audit AS v WHERE v.uid = a.uid
        AND v.event = 'profile_updated')`, 'dw_account'],
    // A sign-in by page ends the browser's session before it, too.
    ['what ended is in the audit, and the reverse', `SELECT COUNT(*)
        FROM dw_account AS a WHERE NOT EXISTS (SELECT 1 FROM dw_session AS s
        WHERE s.uid = a.uid AND s.kind = 2) AND (SELECT COUNT(*)
        FROM dw_session AS s WHERE s.uid = a.uid AND s.generation = 0) <>
        (SELECT COUNT(*) FROM dw_audit AS v WHERE v.uid = a.uid
        AND v.event = 'logout')`, 'dw_account']
];
for (const [name, bad, table] of invariants)
    test(`S-145: ${name}`, (t) => {
        const tried = number(`SELECT COUNT(*) FROM ${table}`);
        const wrong = number(bad);
        t.diagnostic(`${name}: tried ${tried}, held ${tried - wrong}`);
        assert.ok(tried > 0);
        assert.equal(wrong, 0);
    });

test('S-145: what was answered is there, and everybody can go on',
    { timeout: 120000 }, async (t) => {
        let tried = 0, held = 0;
        const wrong = (p, what) => t.diagnostic(`${p.email}: ${what}`);
        const judge = async (p) => {
            tried++;
            const words = [];
            for (const w of p.words)
                words.push([w, await login(p, w)]);
            const right = words.filter(([, a]) => a.status === 200);
            if (right.length !== 1)
                return wrong(p, words.map(([w, a]) => w + a.text).join());
            const { access_token: token, Profile } = right[0][1].json;
            if (p.company && !p.company.includes(Profile.Company))
                return wrong(p, `${Profile.Company} of ${p.company}`);
            if (p.dead)
                refused(await call('GET', `${AUTH}/access_token/validate`,
                    { token: p.dead }), 905);
            granted(await call('GET', `${AUTH}/access_token/validate`,
                { token }));
            held++;
        };
        const people = state.people.filter((p) => p.verified);
        for (let i = 0; i < people.length; i += 8)
            await Promise.all(people.slice(i, i + 8).map(judge));
        // Whoever was told that the account is made has one.
        for (const p of state.people.filter((q) => q.registered &&
            !q.verified)) {
            tried++;
            refused(await login(p), 970, 403);
            held++;
        }
        t.diagnostic(`people: tried ${tried}, held ${held}`);
        assert.ok(tried > 20);
        assert.equal(held, tried);
        clock(0);
    });
