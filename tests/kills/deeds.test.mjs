// S-145: kill -9 of anything at any instruction, while people do all that
// kill.test.mjs leaves out.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AUTH, call, granted, refused } from '../http/api.mjs';
import { deed, people, wanted } from './deeds.mjs';
import { count, killed, released, remembered } from './killer.mjs';
import { clock, ctl, number, sql, until } from './kills.mjs';
import { delivered, state } from './load.mjs';

const outbox = process.env.DOORWARD_OUTBOX;

killed(300, 16, wanted, deed);
released();
remembered();

// Of every kind as many messages as changes: the audit is of the same
// transaction as the change.
const due = (...events) => number(`SELECT COUNT(*) FROM dw_audit
    WHERE ${events.join(' OR ')}`);
const event = (name, detail = '%') =>
    `(event = '${name}' AND detail LIKE '${detail}')`;

// A copy comes from a delivery that was killed before it could say that it
// was done.
function texted() {
    const all = readdirSync(outbox).filter((n) => /-sms-/.test(n))
        .map((n) => /-sms-(.*)\.txt$/.exec(n)[1] +
            readFileSync(join(outbox, n), 'utf8'));
    const found = [...new Set(all)];
    assert.ok(all.length - found.length <= count.after);
    return found;
}

function mailed() {
    const all = delivered();
    const found = new Map(all.map((m) => [m.id, m.subject]));
    assert.ok(!found.has(undefined));
    assert.ok(all.length - found.size <= count.after);
    return [...found.values()];
}

function compare(t, title, sent, kinds) {
    let rest = sent, right = 0;
    for (const [what, n] of kinds) {
        const got = rest.filter((m) => what.test(m)).length;
        rest = rest.filter((m) => !what.test(m));
        t.diagnostic(`${title} ${what}: due ${n}, got ${got}`);
        right += n === got;
        assert.ok(n > 0, `${what}: none was due`);
    }
    t.diagnostic(`${title}: tried ${kinds.length}, held ${right} ` +
        `(${sent.length} messages)`);
    assert.deepEqual(rest, []);
    assert.equal(right, kinds.length);
}

test('S-126, S-145: no change without its message, no message without its ' +
    'change', async (t) => {
    clock(200);    // the leases of the dead are over, codes are not
    await until('the outbox is empty', async () => {
        await ctl('outbox', 'run');
        return number('SELECT COUNT(*) FROM dw_outbox') === 0;
    });
    clock(0);
    compare(t, 'text messages', texted(), [
        [/ \d{6} /, due(event('phone_code_sent'))],
        [/no longer belongs/, due(event('phone_changed'))],
        [/password was changed/, due(event('password_reset', 'sms'))]
    ]);
    compare(t, 'mails', mailed(), [
        [/^Confirm /, due(event('verification_sent'))],
        [/^Sign in to/, due(event('passwordless_sent'),
            event('smart_sent'), event('one_touch_sent'))],
        [/^Delete your account/, due(event('deletion_asked', ''))],
        [/was deleted/, due(event('account_deleted', 'link'))],
        [/^Choose a new PIN/, due(event('pin_reset_sent'))],
        [/^Your PIN/, due(event('pin_set'), event('pin_changed'),
            event('pin_reset'))],
        [/^Your security answers/, due(event('answers_set'))],
        [/^Your user name/, due(event('username_changed'))],
        [/^Your password .* was changed/, due(event('password_reset',
            'answers'))],
        [/opened your account/, due(event('impersonated'))],
        // Who is removed hears of it, too.
        [/^An address of your account/, due(event('add_email'),
            event('email_removed')) + due(event('email_removed'))]
    ]);
});

// Rows that must not be, of how many that may.
const owned = ['identifier', 'pending_identifier', 'password',
    'password_history', 'session', 'refresh_token', 'pin', 'pin_session',
    'security_answer', 'consent_log', 'custom_object'];
const events = (...names) => `(SELECT COUNT(*) FROM dw_audit AS v
    WHERE v.uid = a.uid AND v.event IN ('${names.join("', '")}'))`;
const rows = (table, where = '1') =>
    `(SELECT COUNT(*) FROM dw_${table} AS r WHERE r.uid = a.uid AND ${where})`;
const used = (...purposes) => rows('ticket',
    `r.used_s <> 0 AND r.purpose IN (${purposes.join()})`);
const families = `(SELECT COUNT(DISTINCT s.family) FROM dw_session AS s
    WHERE s.uid = a.uid)`;
const ofAccounts = (bad) => [`SELECT COUNT(*) FROM dw_account AS a
    WHERE ${bad}`, 'SELECT COUNT(*) FROM dw_account'];
const invariants = [
    ...owned.map((table) => [`a row of ${table} has an account`,
        `SELECT COUNT(*) FROM dw_${table} AS r LEFT JOIN dw_account AS a
        ON a.uid = r.uid WHERE a.uid IS NULL`,
        `SELECT COUNT(*) FROM dw_${table}`]),
    ['who was deleted left a tombstone and its audit, and nobody else did',
        `SELECT COUNT(*) FROM dw_audit AS v LEFT JOIN dw_tombstone AS t
        ON t.uid = v.uid LEFT JOIN dw_account AS a ON a.uid = v.uid
        WHERE v.uid IS NOT NULL AND (a.uid IS NULL) <> (t.uid IS NOT NULL)`,
        'SELECT COUNT(*) FROM dw_tombstone'],
    ['a deletion is in the audit, once', `SELECT COUNT(*)
        FROM dw_tombstone AS a WHERE ${events('account_deleted')} <> 1`,
    'SELECT COUNT(*) FROM dw_tombstone'],
    ['an account has one name of each kind at most, and one at least',
        ...ofAccounts(`${rows('identifier', 'r.kind IN (1, 3)')} = 0
        OR ${rows('identifier', 'r.kind = 2')} > 1
        OR ${rows('identifier', 'r.kind = 3')} > 1`)],
    ['an account was registered once', ...ofAccounts(
        `${events('registered')} <> 1`)],
    ['a sign-in has its session, and a session its sign-in', ...ofAccounts(
        `a.logins <> ${events('login')}
        OR ${families} <> ${events('login', 'impersonated')}`)],
    ['a used code of a number has its effect, and the reverse',
        ...ofAccounts(`${used(3, 11)} <> ${events('phone_verified',
            'phone_changed')}`)],
    ['a number that changed is the account\'s, the old one nobody\'s',
        ...ofAccounts(`(a.phone_verified_s <> 0) <>
        (${rows('identifier', 'r.kind = 3 AND r.verified_s <> 0')} = 1)`)],
    ['a used link of an address has its effect, and the reverse',
        ...ofAccounts(`${used(1)} + ${used(16)} <>
            ${events('email_verified')}`)],
    ['an address that was proven and not removed is there', ...ofAccounts(
        `${rows('identifier', 'r.kind = 1 AND r.verified_s <> 0')} <>
        ${events('email_verified')} + (SELECT COUNT(*) FROM dw_audit AS v
        WHERE v.uid = a.uid AND v.event = 'registered' AND v.detail LIKE
        '%touch%') - ${events('email_removed')}`)],
    ['a used link or code of a new password has its effect, and the reverse',
        ...ofAccounts(`${used(2, 4)} + 0 > ${events('password_reset')}
        OR ${rows('password_history')} <> LEAST(5,
            ${events('password_changed', 'password_reset')})`)],
    ['a used link or code that signs in has its sign-in', ...ofAccounts(
        `${used(14, 15)} > ${events('login')}`)],
    ['a used link of a PIN has its effect, and the reverse', ...ofAccounts(
        `${used(7, 8)} > ${events('pin_reset')}`)],
    ['a PIN is whole', ...ofAccounts(`(a.pin_changed_s <> 0) <>
        (${rows('pin')} = 1) OR ${rows('pin')} <> ${events('pin_set')}`)],
    ['a PIN session has a PIN', `SELECT COUNT(*) FROM dw_pin_session AS s
        LEFT JOIN dw_pin AS p ON p.uid = s.uid WHERE p.uid IS NULL`,
    'SELECT COUNT(*) FROM dw_pin_session'],
    ['answers are whole, and have their audit', ...ofAccounts(
        `${rows('security_answer')} <> 2 * ${events('answers_set')}`)],
    ['a user name has its audit', ...ofAccounts(
        `(${rows('identifier', 'r.kind = 2')} = 1) <>
        (${events('username_changed')} > 0)`)],
    ['consents are in the log, and the log in the audit', ...ofAccounts(
        `${rows('consent_log')} <> ${events('consents_submitted',
            'consents_changed')} OR (a.consent_profile IS NOT NULL) <>
            (${rows('consent_log')} > 0)`)],
    ['an object has its audit, and the reverse', ...ofAccounts(
        `${rows('custom_object')} <> ${events('object_created')} -
        ${events('object_deleted')} OR (SELECT COALESCE(SUM(r.version - 1), 0)
        FROM dw_custom_object AS r WHERE r.uid = a.uid) <>
        ${events('object_updated')}`)],
    // A device that was let in, once; one that has its session did sign in.
    ['a device has its answer, and its session', ...ofAccounts(
        `${rows('device_login', 'r.state IN (1, 2)')} <>
        ${events('device_approved')} OR ${used(18)} >
        ${events('device_approved')} OR ${rows('device_login',
            'r.state = 2')} + ${used(14, 15)} > ${events('login')}`)],
    // A newcomer's ticket is of no account.
    ['a used link for a device has its effect, and the reverse', `SELECT
        (SELECT COUNT(*) FROM dw_ticket WHERE purpose IN (16, 18)
        AND used_s <> 0) <> (SELECT COUNT(*) FROM dw_audit
        WHERE event = 'device_approved')`,
    'SELECT COUNT(*) FROM dw_ticket WHERE purpose IN (16, 18)'],
    ['an approved device has an account', `SELECT COUNT(*)
        FROM dw_device_login AS d LEFT JOIN dw_account AS a ON a.uid = d.uid
        WHERE d.state IN (1, 2) AND a.uid IS NULL`,
    'SELECT COUNT(*) FROM dw_device_login'],
    // S-095: a used token left one other, and three more within the grace.
    ['a family has one refresh token for each use, and one',
        `SELECT COUNT(*) FROM (SELECT family FROM dw_refresh_token
        GROUP BY family HAVING SUM(used_s = 0 AND generation <> 0) >
        1 + SUM(reissued) OR COUNT(*) > 1 + SUM(reissued) +
        SUM(used_s <> 0 OR generation = 0)
        OR MAX(reissued) > 3) AS bad`,
        'SELECT COUNT(DISTINCT family) FROM dw_refresh_token'],
    ['a refresh token has a session', `SELECT COUNT(*)
        FROM dw_refresh_token AS r LEFT JOIN dw_session AS s
        ON s.family = r.family WHERE s.family IS NULL`,
    'SELECT COUNT(*) FROM dw_refresh_token'],
    ['of a session one row alone can be renewed', `SELECT COUNT(*)
        FROM (SELECT family FROM dw_session WHERE ends_s > expires_s
        GROUP BY family HAVING COUNT(*) > 1) AS twice`,
    'SELECT COUNT(DISTINCT family) FROM dw_session']
];
for (const [name, bad, all] of invariants)
    test(`S-145: ${name}`, (t) => {
        const tried = number(all);
        const wrong = number(bad);
        t.diagnostic(`${name}: tried ${tried}, held ${tried - wrong}`);
        assert.ok(tried > 0);
        assert.equal(wrong, 0);
    });

// ---- what was answered ----

const among = (p, name, value) => assert.ok(
    !p.may[name] || p.may[name].has(value),
    `${name}: ${value} of ${[...p.may[name] ?? []]}`);

async function enter(p) {
    const names = p.numbers?.map((phone) => ({ phone })) ??
        [{ email: p.email }];
    const good = [];
    for (const name of names)
        for (const password of p.words) {
            const a = await call('POST', `${AUTH}/login`, { from: p.from,
                json: { ...name, password } });
            if (a.status === 200)
                good.push(a.json);
        }
    return good;
}

async function judge(p) {
    const good = await enter(p);
    if (p.left?.ok)
        return assert.equal(good.length, 0);
    if (p.left?.doubt && good.length === 0)
        return assert.equal(number(`SELECT COUNT(*) FROM dw_identifier
            WHERE canonical IN ('${[p.email, ...p.numbers ?? []]
        .join("', '")}')`), 0);
    assert.equal(good.length, 1);
    const [{ Profile, access_token: token }] = good;
    among(p, 'username', Profile.UserName ?? undefined);
    among(p, 'second', (Profile.Email ?? []).map((e) => e.Value)
        .find((e) => e !== p.email));
    among(p, 'answers', granted(await call('GET',
        `${AUTH}/securityquestion/accesstoken`, { token })).length === 2 ||
        undefined);
    if (p.may.consents)
        among(p, 'consents', Profile.ConsentProfile?.Consents.length ||
            undefined);
    if (p.object)
        among(p, 'note', granted(await call('GET',
            `${AUTH}/customobject/${p.object}`, { token,
                query: { objectname: 'notes' } })).CustomObject.note);
    if (p.gone)
        refused(await call('GET', `${AUTH}/customobject/${p.gone}`,
            { token, query: { objectname: 'notes' } }), 1057);
    if (p.dead)
        refused(await call('GET', `${AUTH}/access_token/validate`,
            { token: p.dead }), 905);
    if (p.revoked)
        refused(await call('GET',
            '/identity/v2/manage/account/access_token/refresh',
            { query: { refresh_token: p.revoked } }), 1217);
    return undefined;
}

test('S-145: what was answered is there, and everybody can go on',
    { timeout: 120000 }, async (t) => {
        const all = people.filter((p) => p.verified && p.words.length > 0);
        let held = 0;
        // Once more where the server had just closed an idle connection.
        const one = (p) => judge(p).catch((e) => {
            if (e.message !== 'fetch failed')
                throw e;
            return judge(p);
        }).then(() => held++, (e) =>
            t.diagnostic(`${p.deed.name} ${p.email}: ${e.message}`));
        for (let i = 0; i < all.length; i += 8)
            await Promise.all(all.slice(i, i + 8).map(one));
        // Who came by a link has no password, and an account.
        const linked = people.filter((p) => p.byLink);
        for (const p of linked)
            held += sql(`SELECT 1 FROM dw_identifier WHERE kind = 1
                AND canonical = '${p.email}' AND verified_s <> 0`).length;
        const tried = all.length + linked.length;
        t.diagnostic(`people: tried ${tried}, held ${held} of ` +
            `${people.length}`);
        assert.ok(tried > 20);
        assert.equal(held, tried);
        assert.deepEqual(state.odd, []);
    });
