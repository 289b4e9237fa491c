// What the tests of this folder share: the site's database, its processes,
// its clock, and pages without a browser.
//
// Besides what ../http/api.mjs needs: DOORWARD_SITE the site's folder,
// DOORWARD_SOCKET and DOORWARD_DATABASE its database, DOORWARD_SHORT the
// folder of its sockets and program.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base, cookieHeader, keepCookies, kill, mail, mailsNow } from
    '../http/api.mjs';

export { kill };

export const site = process.env.DOORWARD_SITE;
const { DOORWARD_SOCKET: socket, DOORWARD_DATABASE: database,
    DOORWARD_SHORT: short } = process.env;
assert.ok(site && socket && database && short);

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const times = (n, make) => Promise.all(Array.from({ length: n },
    (_, i) => make(i)));

export async function until(what, holds, limit_s = 20) {
    const end = Date.now() + limit_s * 1000;
    for (;;) {
        const value = await holds();
        if (value)
            return value;
        assert.ok(Date.now() < end, `${what}: not within ${limit_s} s`);
        await sleep(20);
    }
}

// Rows of text, as root of the private database.
export function sql(text) {
    const out = execFileSync('mariadb', ['--no-defaults', '-S', socket,
        '-N', '-B', '-D', database, '-e', text],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
    return out.split('\n').filter(Boolean).map((l) => l.split('\t'));
}
export const number = (text) => Number(sql(text)[0][0]);

// By the address, which the tests never share.
export const uidOf = (email) => sql(`SELECT HEX(uid) FROM dw_identifier
    WHERE kind = 1 AND canonical = '${email}'`)[0]?.[0].toLowerCase();
export const audits = (email, event) => number(`SELECT COUNT(*) FROM dw_audit
    WHERE uid = UNHEX('${uidOf(email)}') AND event = '${event}'`);

export const ctl = (...args) => new Promise((done, fail) => execFile(
    '/bin/sh', ['-c', `${process.env.DOORWARD_CTL} "$@"`, 'ctl', ...args],
    { maxBuffer: 1 << 26 },
    (e, out, err) => e ? fail(new Error(`${args.join(' ')}: ${out}${err}`)) :
        done(out)));

export function clock(shift_s) {
    writeFileSync(join(site, 'etc/clock'), `${shift_s}\n`);
}

// ---- processes ----

function statOf(pid) {
    try {
        const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
        return { state: rest[0], parent: Number(rest[1]) };
    } catch {
        return undefined;
    }
}

export const alive = (pid) => !['Z', 'X', undefined].includes(
    statOf(pid)?.state);
export const pidOf = (name) => Number(readFileSync(
    join(site, 'run', `${name}.pid`), 'utf8').split(' ')[0]);

// Every process of this site's program; parent is 1 for what works after an
// answer.
export function processes() {
    const found = [];
    for (const name of readdirSync('/proc')) {
        if (!/^\d+$/.test(name))
            continue;
        try {
            const line = readFileSync(`/proc/${name}/cmdline`, 'latin1');
            if (line.split('\0')[0] !== join(short, 'bin/doorward.fcgi'))
                continue;
        } catch {
            continue;
        }
        const stat = statOf(name);
        if (stat && stat.state !== 'Z')
            found.push({ pid: Number(name), ...stat });
    }
    return found;
}
export const workers = (parent = pidOf('spawner')) =>
    processes().filter((p) => p.parent === parent).map((p) => p.pid);

// ---- pages ----

export function visitor() {
    const jar = new Map();
    const ask = async (method, path, form) => {
        const headers = { Origin: new URL(base).origin,
            ...cookieHeader(jar) };
        const answer = await fetch(base + path, { method, headers,
            redirect: 'manual', body: form && new URLSearchParams(form) });
        keepCookies(jar, answer.headers);
        const text = await answer.text();
        // The page's own form comes after that of signing out.
        return { status: answer.status, text, headers: answer.headers,
            to: answer.headers.get('location') ?? '',
            token: [...text.matchAll(/name="form_token" value="([^"]*)"/g)]
                .at(-1)?.[1] };
    };
    const get = (path) => ask('GET', path);
    const post = (path, form) => ask('POST', path, form);
    // Sends the form that the page at that address shows.
    const open = async (path) => {
        const a = await get(path);
        assert.ok(a.token, `${path}: ${a.status}`);
        return (form) => post(path.split('?')[0],
            { form_token: a.token, ...form });
    };
    const visit = async (path, form) => (await open(path))(form);
    return { jar, get, post, open, visit };
}

// The code of a mail stands alone between blanks.
export const codeOf = (m) => /^\s+(\d{6})\s*$/m.exec(m.text)?.[1];
export async function nextMail(email, send) {
    const before = (await mailsNow(email)).length;
    await send();
    return mail(email, before + 1);
}

// One success of many; every other answer one of the documented codes.
export function oneOf(answers, codes) {
    const good = answers.filter((a) => a.status === 200);
    const others = answers.filter((a) => a.status !== 200);
    for (const a of others)
        assert.ok(codes.includes(a.json?.ErrorCode), `${a.status} ${a.text}`);
    assert.equal(good.length, 1);
    return good[0];
}
