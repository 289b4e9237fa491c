// What must hold once a site has been through the tests: every row of the
// route table was asked for, and no secret stands where it must not (S-009,
// S-028, S-129).  Prints TAP.
//
// after.mjs OPENAPI DUMP EVENTS SUMMARIES FOLDER...: the audit's events, a
// line each; of each database what tests/lib/summaries.sql says; folders of
// sites, with log/ and outbox/
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , description, dump, events, summaries, ...sites] = process.argv;
let n = 0;
function result(ok, name, more = []) {
    n++;
    console.log(`${ok ? '' : 'not '}ok ${n} - ${name}`);
    for (const line of more)
        console.error(line);
}

const api = JSON.parse(readFileSync(description, 'utf8'));
const rows = new Set(api['x-doorward-pages'].map((p) =>
    `${p.method.toUpperCase()} ${p.path}`));
for (const [path, ops] of Object.entries(api.paths))
    for (const method of Object.keys(ops))
        if (['get', 'post', 'put', 'delete'].includes(method))
            rows.add(`${method.toUpperCase()} ${path}`);
const logs = [];
for (const site of sites)
    for (const name of readdirSync(join(site, 'log')))
        logs.push([name, readFileSync(join(site, 'log', name), 'utf8')]);
for (const [name, text] of logs)
    if (name === 'doorward.log')
        for (const line of text.split('\n').filter(Boolean)) {
            const { event, method, route } = JSON.parse(line);
            if (event === 'request')
                rows.delete(`${method} ${route}`);
        }
result(rows.size === 0, 'every row of the route table was served',
    [...rows].map((r) => `never asked for: ${r}`));

// Each decision has left its row in the audit somewhere in the run.
const decisions = `
    impersonated refresh_reused refresh_revoked sessions_revoked token_renewed
    session_limit_set account_blocked account_created account_deleted account_enabled
    account_stripped account_unlocked account_unverified_removed
    accounts_exported accounts_imported add_email answers_refused
    answers_set code_refused consents_changed consents_submitted
    deletion_asked email_primary email_removed email_undone email_verified
    email_waiting keys_rotated login login_limited login_refused logout
    new_browser object_created object_deleted object_updated
    password_breached password_change_refused password_changed
    password_reset phone_change_asked phone_changed phone_code_decoy
    phone_code_limited phone_code_sent phone_removed phone_verified
    pin_changed pin_refused pin_reset pin_reset_decoy pin_reset_limited
    pin_reset_refused pin_reset_sent pin_session_ended pin_set pin_skipped
    pin_token_refused privacy_accepted profile_updated registered
    registration_known registration_replaced registration_unfinished
    role_added role_removed reset_decoy reset_limited reset_refused reset_sent session_revoked
    signing_key_dropped signing_key_made
    device_approved device_refused link_refused smart_decoy smart_sent
    sott_issued username_changed verification_decoy verification_sent
    welcome_sent
    device_approved device_refused link_refused one_touch_decoy
    one_touch_limited one_touch_sent passwordless_decoy passwordless_limited
    passwordless_sent
    `.trim().split(/\s+/);
const audited = new Set(readFileSync(events, 'utf8').split('\n'));
const silent = decisions.filter((d) => !audited.has(d));
result(silent.length === 0,
    `${decisions.length} kinds of decision are in the audit (S-131)`, silent);

// "NAME KEPT FALSE"
const counts = readFileSync(summaries, 'utf8').trim().split('\n')
    .map((line) => line.split(/\s+/));
const untrue = counts.filter(([, kept, n]) => !(Number(kept) >= 0) ||
    n !== '0');
const known = counts.reduce((sum, [, n]) => sum + Number(n), 0);
result(known > 200 && untrue.length === 0,
    `what ${known} accounts keep of their other rows is what these say`,
    untrue.map((line) => line.join(' ')));

// Passwords of the tests, link secrets of the mails, the site's own keys.
const words = ['cobalt-meadow-71', 'violet-harbour-88', 'amber-lantern-93'];
const links = new Set();
for (const site of sites) {
    for (const name of readdirSync(join(site, 'outbox'))) {
        const text = readFileSync(join(site, 'outbox', name), 'latin1')
            .replace(/=\r?\n/g, '').replace(/=3D/g, '=');
        for (const [, token] of text.matchAll(/vtoken=([A-Za-z0-9_-]{43})/g))
            links.add(token);
    }
    const conf = readFileSync(join(site, 'etc/doorward.conf'), 'utf8');
    for (const [, value] of conf.matchAll(/^(?:secret|master) = (\S+)$/gm))
        words.push(value);
}
const forms = [];
for (const s of words)
    forms.push(s, Buffer.from(s).toString('hex'),
        Buffer.from(s).toString('base64').replace(/=+$/, ''));
for (const s of links) {
    const raw = Buffer.from(s, 'base64url');
    forms.push(s, raw.toString('hex'), raw.toString('base64'));
}
const database = readFileSync(dump, 'latin1');
const lower = database.toLowerCase();
const stored = forms.filter((f) => database.includes(f) ||
    (/^[0-9a-f]+$/.test(f) && lower.includes(f)));
result(links.size > 10 && stored.length === 0,
    `no secret of ${links.size} links in the database (S-028)`,
    stored.map((s) => `stored: ${s}`));

// Tokens and cookies: in the dump bytes are hex, and some are texts.
const issued = new Set();
for (const site of sites)
    for (const s of readFileSync(join(site, 'issued'), 'utf8').split('\n'))
        if (s)
            issued.add(s.replaceAll('-', '').toLowerCase());
const kept = [];
for (const [run] of lower.replaceAll('-', '').matchAll(/[0-9a-z_]{32,}/g)) {
    const hex = run.replace(/^0x/, '');
    for (let i = 0; i + 32 <= hex.length; i += hex.length === 32 ? 32 : 1)
        if (issued.has(hex.slice(i, i + 32)) || issued.has(hex.slice(i, i + 43)))
            kept.push(hex);
}
result(issued.size > 50 && kept.length === 0,
    `no token of ${issued.size} in the database (S-028, S-091)`, kept);
const tokens = [...issued].filter((s) => s.length >= 32);
const told = [];
for (const [name, text] of logs) {
    const flat = text.replaceAll('-', '').toLowerCase();
    for (const [run] of flat.matchAll(/[0-9a-z_]{32,}/g))
        for (let i = 0; i + 32 <= run.length; i++)
            if (issued.has(run.slice(i, i + 32)) ||
                issued.has(run.slice(i, i + 43)))
                told.push(`${name}: ${run}`);
}
result(tokens.length > 50 && told.length === 0,
    `no token of ${tokens.length} in any log (S-129)`, told.slice(0, 20));
const logged = [];
for (const [name, text] of logs)
    for (const f of forms)
        if (text.includes(f))
            logged.push(`${name}: ${f}`);
result(logs.length > 0 && logged.length === 0,
    'no secret in any log (S-129, S-038)', logged.slice(0, 20));
