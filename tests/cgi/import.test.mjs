// doorwardctl user import and export, and signing in with what came along.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync,
    statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AUTH, address, call, granted, login, mail, mails, refused, source }
    from '../http/api.mjs';

const [program, , config] = process.env.DOORWARD_CTL.split(' ').slice(-3);
const own = mkdtempSync(join(tmpdir(), 'doorward-import-'));
chmodSync(own, 0o777);  // the site's user reads and writes here
after(() => rmSync(own, { recursive: true }));

function ctl(args, { input = '', conf = config } = {}) {
    return new Promise((done) => {
        const p = execFile(program, ['--config', conf, ...args],
            { maxBuffer: 1 << 28, env: { PATH: process.env.PATH } },
            (e, out, err) => done({ code: e ? e.code ?? e.signal : 0, out,
                err }));
        p.stdin.on('error', () => {});
        p.stdin.end(input);
    });
}

// The site's configuration, changed, with folders of its own.
function copy(name, changes) {
    const dir = join(own, name), conf = join(dir, 'doorward.conf');
    mkdirSync(join(dir, 'state'), { recursive: true, mode: 0o700 });
    let words = readFileSync(config, 'utf8').replace(
        /^(\[state\]\ndir = ).*/m, `$1${dir}/state`).replace(
        /^(\[log\]\nfile = ).*/m, `$1${dir}/log`);
    for (const [from, to] of changes)
        words = words.replace(from, to);
    writeFileSync(conf, words, { mode: 0o600 });
    return { conf, words };
}

const text = (lines) => lines.map((l) => (typeof l === 'string' ? l :
    JSON.stringify(l)) + '\n').join('');

let files = 0;
function file(lines) {
    const name = join(own, `lines${files++}`);
    writeFileSync(name, text(lines));
    return name;
}

const report = (name) => readFileSync(name, 'utf8').split('\n')
    .filter(Boolean).map((l) => JSON.parse(l));

async function imported(lines, ...more) {
    const r = await ctl(['--json', 'user', 'import', '-', ...more],
        { input: text(lines) });
    assert.equal(r.code, 0, r.out + r.err);
    return JSON.parse(r.out);
}

async function exported(conf = config) {
    const r = await ctl(['user', 'export', '--with-hashes'], { conf });
    assert.equal(r.code, 0, r.err);
    return r.out.split('\n').filter(Boolean).map((l) => JSON.parse(l));
}

const line = async (email) => (await exported()).find((l) =>
    l.emails?.[0].address === email);
const exists = async (email) =>
    (await ctl(['user', 'show', email])).code === 0;

const someone = (hash, more = {}) => {
    const email = address();
    return { email, from: source(), line: { emails: [{ address: email,
        verified_s: 1700000000 }], ...(hash ? { password: { hash } } : {}),
    ...more } };
};

// Where each comes from: tests/unit/test_pwhash_foreign.c.
const kinds = {
    bcrypt_2a: ['$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
        'U*U'],
    bcrypt_2b: ['$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK',
        'U*U*'],
    bcrypt_2y: ['$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK',
        'U*U*'],
    wordpress: ['$wp$2y$10$v719Zyb/5DiglXjaGmtVoO.' +
        '58ZfZLBkfIyjXnYyIbWYYFsofeucua', 'test123'],
    phpass_P: ['$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0', 'test12345'],
    phpass_H: ['$H$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0', 'test12345'],
    sha256_crypt: ['$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/' +
        'GNooZaBBGWEc5', 'Hello world!'],
    sha512_crypt: ['$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3' +
        'uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1', 'Hello world!'],
    pbkdf2_sha256: ['pbkdf2_sha256$1$salt$' +
        'VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw=', 'passwd'],
    pbkdf2_sha1: ['pbkdf2_sha1$4096$salt$SwB5AbdlSJq+rUnZJvch0GWkKcE=',
        'password'],
    argon2i: ['$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$' +
        'iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8', 'password'],
    argon2id_2_lanes: ['$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$' +
        'bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc', 'password'],
    argon2_django: ['argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$' +
        'YC9+jJCrQhs5R6db7LlN8Q', 'secret'],
    scrypt_django: ['scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGx' +
        'NQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
    'l\u00e8tmein'],
    scrypt_phc: ['$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbN' +
        'gf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RV' +
        'dYhw', 'pleaseletmein'],
    ssha: ['{SSHA}JFZFs0oHzxbMwkSJmYVeI8MnTDy/276a', 'test123'],
    ssha256: ['{SSHA256}czO44OTV17PcF1cRxWrLZLy9xHd7CWyVYplr1rOhuMlx/7IK',
        'test123'],
    ssha512: ['{SSHA512}xPUl/px+1cG55rUH4rzcwxdOIPSB2TingLpiJJumN2xyDWN4Ix1W' +
        'QG3ihnvHaWUE8MYNkvMi5rf0C9NYixHsE6Yh59M=', 'test123']
};
const people = {};
const foreign = /^(?!\$argon2id\$v=19\$m=1024,t=1,p=1\$)/;

before(async () => {
    for (const [kind, [hash]] of Object.entries(kinds))
        people[kind] = someone(hash);
    const r = await imported(Object.values(people).map((p) => p.line));
    assert.equal(r.imported, Object.keys(kinds).length);
});

for (const [kind, [, word]] of Object.entries(kinds))
    test(`${kind}: signs in, and is argon2id from then on (S-006)`,
        async () => {
            const p = people[kind];
            const stored = (await line(p.email)).password.hash;
            assert.match(stored, foreign);
            refused(await login(p, `${word}x`), 966, 401);
            assert.equal((await line(p.email)).password.hash, stored);
            granted(await login(p, word));
            const now = (await line(p.email)).password.hash;
            assert.doesNotMatch(now, foreign);
            granted(await login(p, word));
            refused(await login(p, `${word}x`), 966, 401);
            assert.equal((await line(p.email)).password.hash, now);
        });

test('check counts the hashes that wait for a sign-in (S-006)', async () => {
    await imported([someone(kinds.bcrypt_2b[0]).line]);
    const r = await ctl(['check', '--no-web']);
    const [, n] = /(\d+) password/.exec(r.out) ?? [];
    assert.ok(Number(n) >= 1, r.out);
});

test('bcrypt of 80 characters: a new password is asked for (F-11, S-006)',
    async () => {
        const right = 'x'.repeat(80), half = 'x'.repeat(72) + 'y'.repeat(8);
        const p = someone('$2b$05$CCCCCCCCCCCCCCCCCCCCC.' +
            'D7RDOYXakZhsFmh/LdqQNx0kQ424AFS');
        await imported([p.line]);
        refused(await login(p, 'x'.repeat(71)), 966, 401);
        refused(await login(p, right), 1317, 403);
        refused(await login(p, half), 1317, 403);
        assert.equal((await line(p.email)).password.hash,
            p.line.password.hash);
        const { token: resettoken } = await mail(p.email);
        const word = 'violet-harbour-88' + right;
        granted(await call('PUT', `${AUTH}/password/reset`, { json: {
            resettoken, password: word } }));
        refused(await login(p, right), 966, 401);
        refused(await login(p, word.slice(0, 72)), 966, 401);
        granted(await login(p, word));
        const asked = (await mails(p.email)).filter((m) => m.token);
        assert.equal(asked.length, 1, 'one mail for two sign-ins');
    });

test('exactly 72 bytes are all of it, and are hashed anew (F-11)',
    async () => {
        const p = someone('$2b$05$CCCCCCCCCCCCCCCCCCCCC.' +
            'D7RDOYXakZhsFmh/LdqQNx0kQ424AFS');
        await imported([p.line]);
        granted(await login(p, 'x'.repeat(72)));
        assert.doesNotMatch((await line(p.email)).password.hash, foreign);
        refused(await login(p, 'x'.repeat(73)), 966, 401);
    });

for (const [what, hash] of [
    ['composed', '3YS4.lpCcB7nZuXUfAIk8HjAWbNfa4K'],
    ['decomposed', 'UJW2vGdnP1CeZhKQd8/qamSpzdurQrK']])
    for (const form of ['NFC', 'NFD'])
        test(`a hash of ${what} letters takes them as ${form} (F-10)`,
            async () => {
                const p = someone('$2b$05$CCCCCCCCCCCCCCCCCCCCC.' + hash);
                const word = 'Br\u00fccken'.normalize(form);
                await imported([p.line]);
                granted(await login(p, word));
                assert.doesNotMatch((await line(p.email)).password.hash,
                    foreign);
                granted(await login(p, word.normalize('NFC')));
                granted(await login(p, word.normalize('NFD')));
            });

test('the old password of another system can be changed (W10, S-006)',
    async () => {
        const p = someone(kinds.sha512_crypt[0]);
        await imported([p.line]);
        const { access_token: token } = granted(await login(p,
            kinds.sha512_crypt[1]));
        granted(await call('PUT', `${AUTH}/password/change`, { token,
            json: { oldpassword: kinds.sha512_crypt[1],
                newpassword: 'amber-lantern-93' } }));
        granted(await login(p, 'amber-lantern-93'));
    });

test('all that a line may hold, as it stands in the database', async () => {
    const email = address(), second = address();
    const uid = '0123456789abcdef'.repeat(2).replace(/^.{8}/,
        Math.random().toString(16).slice(2, 10).padEnd(8, '7'));
    const number = `+1202555${String(100 + Math.floor(
        Math.random() * 100)).padStart(4, '0')}`;
    const name = `n${email.slice(1, 13)}`;
    const whole = {
        uid, profile_id: uid.split('').reverse().join(''), state: 'blocked',
        source: 'https://example.com/old', created_s: 1500000000,
        modified_s: 1600000000, profile_modified_s: 1550000000,
        last_login_s: 1590000000, logins: 17, email_verified_s: 1500000100,
        phone_verified_s: 1500000200, required_filled: 1,
        emails: [{ address: `Up.${email}`, type: 'Primary',
            verified_s: 1500000100 }, { address: second, type: 'Work',
            verified_s: 0 }],
        username: name.toUpperCase(), phone: { number,
            verified_s: 1500000200 },
        pending: [{ address: `later.${email}`, type: 'Later',
            created_s: 1500000300 }, { number: '+442071838750', type: '',
            created_s: 1500000400 }],
        privacy_policy: { Version: '1.0', AcceptSource: 'web' },
        consent_profile: { Consents: [{ ConsentOptionId: 'news' }] },
        profile: { SessionLimit: 3,
            FirstName: 'Ada \u{1f469}\u{1f3fd}\u200d\u{1f680}',
            BirthDate: '12-10-1990',
            Addresses: [{ Type: 'Home', City: 'L\u00f6ndon' }] },
        password: { hash: kinds.bcrypt_2b[0], changed_s: 1510000000,
            secure: 2, breached_s: 5, history: [
                { hash: kinds.phpass_P[0], retired_ms: 1500000000000 },
                { hash: kinds.ssha[0], retired_ms: 1505000000000 }] }
    };
    await imported([whole]);
    assert.deepEqual(JSON.parse(JSON.stringify(await line(`Up.${email}`))),
        whole);
    const shown = await ctl(['user', 'show', name]);
    assert.match(shown.out, /blocked/);
});

test('what a line leaves open', async () => {
    const p = someone(null, { emails: undefined }), email = address();
    p.line.emails = [{ address: email }];
    const now = Date.now() / 1000;
    await imported([p.line]);
    const l = await line(email);
    assert.equal(l.state, 'active');
    assert.equal(l.source, 'Import');
    assert.ok(Math.abs(l.created_s - now) < 60);
    assert.equal(l.modified_s, l.created_s);
    assert.deepEqual([l.email_verified_s, l.emails[0].verified_s], [0, 0]);
    assert.deepEqual(l.profile, {});
    assert.equal(l.password, undefined);
    const q = someone(null), other = address();
    q.line.emails = [{ address: other }];
    await imported([q.line], '--verified');
    const v = await line(other);
    assert.ok(Math.abs(v.email_verified_s - now) < 60);
    assert.equal(v.emails[0].type, 'Primary');
});

test('SessionLimit, in either spelling, is kept as the one (S-098)',
    async () => {
        const p = someone(kinds.bcrypt_2b[0],
            { profile: { SessionsLimit: 1 } });
        await imported([p.line]);
        assert.deepEqual((await line(p.email)).profile, { SessionLimit: 1 });
        const first = granted(await login(p, kinds.bcrypt_2b[1]));
        assert.equal(first.Profile.SessionLimit, 1);
        granted(await login(p, kinds.bcrypt_2b[1]));
        refused(await call('GET', `${AUTH}/access_token`,
            { token: first.access_token }), 905, 403);
    });

test('who is not verified has time from the import on (S-045)', async () => {
    const young = address(), old = address(), name = `n${address()
        .slice(1, 13)}`;
    await imported([{ emails: [{ address: young }], created_s: 1500000000 },
        { username: name, created_s: 1500000000, modified_s: 1500000000 },
        { emails: [{ address: old }], created_s: 1500000000,
            modified_s: 1500000000 }]);
    assert.equal((await ctl(['gc'])).code, 0);
    assert.ok(await exists(young) && await exists(name));
    assert.ok(!await exists(old));
});

const deep = '['.repeat(17) + ']'.repeat(17);
// Each line is refused for its own reason, and none of the others.
test('refused lines: number, reason, and nothing else is lost', async () => {
    const good = someone(null), twin = someone(null), last = someone(null);
    const taken = someone(null);
    await imported([taken.line]);
    const ok = () => ({ address: address() });
    const bad = [
        ['{"emails":', 'MALFORMED', /not JSON/],
        ['[]', 'MALFORMED', /not an object/],
        ['"x"', 'MALFORMED', /not an object/],
        ['{"a":1,"a":2}', 'MALFORMED', /stands twice/],
        ['{"username":"a\\u0000b"}', 'MALFORMED', /NUL/],
        ['{"username":"a\u0000b"}', 'MALFORMED', /NUL|JSON/],
        ['{"username":"\\ud800"}', 'MALFORMED', /half a character/],
        [`{"profile":${deep}}`, 'MALFORMED', /deep/],
        [JSON.stringify({ emails: [ok()], profile: { About:
            'x'.repeat(300000) } }), 'TOO_LONG', /262144/],
        [{ emails: [ok()], usernam: 'x' }, 'BODY_SHAPE', /usernam/],
        [{ emails: [ok()], profile: { FirstNam: 'x' } }, 'BODY_SHAPE',
            /FirstNam/],
        [{ emails: [ok()], profile: { Uid: 'x' } }, 'BODY_SHAPE', /Uid/],
        [{ emails: [ok()], profile: { FirstName: 7 } }, 'BODY_SHAPE', /./],
        [{ emails: [ok()], profile: { SessionLimit: '3' } }, 'BODY_SHAPE',
            /SessionLimit/],
        [{ emails: [ok()], profile: { SessionLimit: 0 } }, 'VALIDATION',
            /1 to 1000/],
        [{ emails: [ok()], profile: { SessionsLimit: 1001 } }, 'VALIDATION',
            /1 to 1000/],
        [{ emails: [ok()], profile: [] }, 'BODY_SHAPE', /object/],
        [{ emails: [ok()], profile: { FirstName: 'x\u0007' } },
            'VALIDATION', /FirstName/],
        [{ emails: [ok()], profile: { BirthDate: '13-40-1990' } },
            'BIRTH_DATE', /./],
        [{ emails: [ok()], profile: { CustomFields: { nobody: 'x' } } },
            'CUSTOM_FIELD', /./],
        [{ emails: { address: address() } }, 'BODY_SHAPE', /array/],
        [{ emails: [{ address: 7 }] }, 'BODY_SHAPE', /text/],
        [{ emails: [{ address: address(), kind: 'x' }] }, 'BODY_SHAPE',
            /unknown member/],
        [{ emails: [{ ...ok(), verified_s: -1 }] }, 'BODY_SHAPE', /range/],
        [{ emails: [{ ...ok(), verified_s: '1' }] }, 'BODY_SHAPE', /range/],
        [{ emails: [{ ...ok(), type: 'x'.repeat(65) }] }, 'BODY_SHAPE',
            /long/],
        [{ emails: [{ address: 'nobody' }] }, 'EMAIL_MALFORMED', /./],
        [{ emails: [{ address: `${'a'.repeat(300)}@example.com` }] },
            'EMAIL_MALFORMED', /./],
        [{ emails: [{ address: 'TWICE@example.com' },
            { address: 'twice@EXAMPLE.com' }] }, 'EMAIL_REPEATED', /twice/],
        [{ emails: [{ ...ok(), type: 'Primary' },
            { ...ok(), type: 'primary' }] }, 'EMAIL_TWO_PRIMARY', /./],
        [{ emails: [ok()], username: 'admin' }, 'USERNAME_TAKEN',
            /reserved/],
        [{ emails: [ok()], username: 'a b' }, 'USERNAME_SYNTAX', /./],
        [{ emails: [ok()], username: '\u{1f680}' }, 'USERNAME_FORMAT', /./],
        [{ emails: [ok()], username: '12345' }, 'USERNAME_FORMAT', /./],
        [{ emails: [ok()], username: 7 }, 'BODY_SHAPE', /text/],
        [{ emails: [ok()], phone: { number: '12' } }, 'PHONE_MALFORMED',
            /./],
        [{ emails: [ok()], phone: '+12025550100' }, 'BODY_SHAPE', /object/],
        [{ emails: [ok()], uid: 'x' }, 'UID_MALFORMED', /32/],
        [{ emails: [ok()], uid: '0'.repeat(32) }, 'UID_MALFORMED', /32/],
        [{ emails: [ok()], uid: `${'a'.repeat(31)}g` }, 'UID_MALFORMED',
            /32/],
        [{ emails: [ok()], pending: [{ type: 'x' }] }, 'BODY_SHAPE', /no/],
        [{ emails: [ok()], pending: [{ address: 'x' }] },
            'EMAIL_MALFORMED', /./],
        [{ emails: [ok()], privacy_policy: 'x' }, 'BODY_SHAPE', /object/],
        [{ emails: [ok()], consent_profile: { a: 'x'.repeat(70000) } },
            'BODY_SHAPE', /long/],
        [{ emails: [ok()], state: 'gone' }, 'BODY_SHAPE', /active/],
        [{ emails: [ok()], created_s: 1.5 }, 'BODY_SHAPE', /range/],
        [{ emails: [ok()], logins: 2 ** 40 }, 'BODY_SHAPE', /range/],
        [{ emails: [ok()], password: 'x' }, 'BODY_SHAPE', /object/],
        [{ emails: [ok()], password: {} }, 'BODY_SHAPE', /text/],
        [{ emails: [ok()], password: { hash: 'x' } }, 'MALFORMED',
            /no admitted kind/],
        [{ emails: [ok()], password: { hash: kinds.bcrypt_2b[0].replace(
            '$05$', '$16$') } }, 'MALFORMED', /bcrypt.*costs more/],
        [{ emails: [ok()], password: { hash:
            '$argon2id$v=19$m=262145,t=2,p=1$c29tZXNhbHQ$' +
            'nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4' } }, 'MALFORMED',
        /argon2.*costs more/],
        [{ emails: [ok()], password: { hash: kinds.bcrypt_2b[0], history: [
            { hash: kinds.ssha[0], retired_ms: 2 },
            { hash: kinds.ssha[0], retired_ms: 2 }] } }, 'BODY_SHAPE',
        /order/],
        [{ username: null }, 'IDENTIFIER_MISSING', /./],
        [{}, 'IDENTIFIER_MISSING', /./],
        [{ emails: [{ address: taken.email.toUpperCase() }] },
            'EMAIL_TAKEN', /account/],
        [twin.line, 'EMAIL_TAKEN', /line 2 has it/]
    ];
    const name = join(own, 'refused');
    const r = await ctl(['--json', 'user', 'import', file([good.line,
        twin.line, '', ...bad.map(([l]) => l), last.line]), '--report',
    name]);
    assert.equal(r.code, 3, r.err);
    const told = report(name);
    bad.forEach(([l, error, reason], i) => {
        const one = told.filter((t) => t.line === i + 4);
        assert.equal(one.length, 1, `line ${i + 4}: ${JSON.stringify(l)}`);
        assert.equal(one[0].error, error, JSON.stringify([l, one[0]]));
        assert.match(one[0].reason, reason);
        assert.equal(one[0].imported, false);
    });
    assert.deepEqual(JSON.parse(r.out), { lines: bad.length + 4,
        imported: 3, refused: bad.length, resumed_at: 0, dry_run: false });
    assert.equal(statSync(name).mode & 0o777, 0o600);
    for (const p of [good, twin, last])
        assert.ok(await exists(p.email));
});

test('without a report the reasons stand on standard error', async () => {
    const r = await ctl(['user', 'import', '-'], { input: text([
        '{', { emails: [{ address: 'x' }] }]) });
    assert.equal(r.code, 3);
    assert.match(r.err, /line 1: MALFORMED: is not JSON/);
    assert.match(r.err, /line 2: EMAIL_MALFORMED emails.address/);
    assert.doesNotMatch(r.err, /%|#/, 'no bar where no terminal is');
});

test('a user name that is an address: its own, another\'s (F-03, S-013)',
    async () => {
        const ada = someone(null), other = someone(null);
        await imported([ada.line]);
        const mine = someone(null);
        mine.line.username = mine.email.toUpperCase();
        other.line.username = ada.email;
        const name = join(own, 'f03');
        const r = await ctl(['user', 'import', file([mine.line,
            other.line]), '--report', name]);
        assert.equal(r.code, 3);
        assert.deepEqual(report(name).map((t) => [t.line, t.error,
            t.imported]), [[1, 'USERNAME_FORMAT', true],
            [2, 'USERNAME_FORMAT', false]]);
        assert.equal((await line(mine.email)).username, undefined);
        assert.ok(!await exists(other.email));
    });

test('a uid is kept where it is free, and never taken twice', async () => {
    const uid = (p) => ({ ...p.line, uid: p.uid });
    const a = someone(null), b = someone(null), c = someone(null);
    a.uid = b.uid = `aa${a.email.slice(1, 13)}${'0'.repeat(18)}`;
    await imported([uid(a)]);
    assert.equal((await line(a.email)).uid, a.uid);
    let r = await ctl(['user', 'import', '-'], { input: text([uid(b)]) });
    assert.match(r.err, /UID_TAKEN uid: is an account's/);
    assert.equal((await ctl(['user', 'delete', a.uid, '--yes'])).code, 0);
    // S-051: who was deleted does not come back under the old name.
    c.uid = `aa${c.email.slice(1, 13)}${'1'.repeat(18)}`;
    r = await ctl(['user', 'import', '-'], { input: text([uid(c), uid(b)]) });
    assert.equal(r.code, 3);
    assert.match(r.err, /line 2: UID_TAKEN uid: was an account's/);
    assert.ok(await exists(c.email));
});

test('an address of a deleted account is held (A7), and the rest comes in',
    async () => {
        const a = someone(null), b = someone(null);
        const { conf } = copy('held', [[/$/, '\n[account]\nhold_days = 30\n']]);
        await imported([a.line]);
        assert.equal((await ctl(['user', 'delete', a.email, '--yes'],
            { conf })).code, 0);
        const r = await ctl(['user', 'import', '-'], { conf, input: text([
            a.line, b.line]) });
        assert.equal(r.code, 3);
        assert.match(r.err, /line 1: EMAIL_TAKEN emails: was an account's/);
        assert.ok(await exists(b.email));
        assert.ok(!await exists(a.email));
    });

test('--dry-run tells the same and changes nothing', async () => {
    const known = someone(null), fresh = someone(null), twin = someone(null);
    await imported([known.line]);
    const lines = file([fresh.line, twin.line, twin.line, known.line, '{']);
    const dry = await ctl(['--json', 'user', 'import', lines, '--dry-run',
        '--report', join(own, 'dry')]);
    assert.equal(dry.code, 3);
    assert.deepEqual(JSON.parse(dry.out), { lines: 5, imported: 2,
        refused: 3, resumed_at: 0, dry_run: true });
    assert.ok(!await exists(fresh.email));
    const real = await ctl(['--json', 'user', 'import', lines, '--report',
        join(own, 'real')]);
    assert.deepEqual({ ...JSON.parse(real.out), dry_run: true },
        JSON.parse(dry.out));
    assert.deepEqual(report(join(own, 'dry')), report(join(own, 'real')));
    assert.ok(await exists(fresh.email));
});

const both = (...people) => ({ emails: people.flatMap((p) =>
    p.line.emails) });

test('no line is the twin of one that is refused itself', async () => {
    const known = someone(null), a = someone(null), b = someone(null);
    const c = someone(null);
    await imported([known.line]);
    // 1 has a taken address; 3 is the twin of 2, so that 4 is nobody's.
    const lines = file([both(known, a), a.line, both(a, b), both(b, c),
        c.line]);
    for (const more of [['--dry-run'], []]) {
        const name = join(own, `twins${more}`);
        const r = await ctl(['--json', 'user', 'import', lines, ...more,
            '--report', name]);
        assert.equal(r.code, 3, r.err);
        assert.deepEqual(report(name).map((t) => [t.line, t.reason]), [
            [1, "is an account's"], [3, 'line 2 has it'],
            [5, 'line 4 has it']]);
        assert.equal(JSON.parse(r.out).imported, 2);
    }
    assert.ok(await exists(a.email) && await exists(c.email));
});

test('--dry-run remembers the names of all lines', async () => {
    const many = Array.from({ length: 2500 }, () => someone(null));
    const lines = file([...many.map((p) => p.line), many[7].line,
        { username: many[8].email.split('@')[0] }, many[2001].line]);
    const name = join(own, 'drytwins');
    const r = await ctl(['user', 'import', lines, '--dry-run', '--report',
        name]);
    assert.equal(r.code, 3, r.err);
    assert.deepEqual(report(name).map((t) => [t.line, t.error, t.reason]), [
        [2501, 'EMAIL_TAKEN', 'line 8 has it'],
        [2503, 'EMAIL_TAKEN', 'line 2002 has it']]);
    assert.ok(!await exists(many[7].email));
});

test('odd files: empty, blank lines, CRLF, no end of line, no file',
    async () => {
        const a = someone(null), b = someone(null);
        const r = await ctl(['--json', 'user', 'import', '-'], { input:
            `\r\n\n${JSON.stringify(a.line)}\r\n\n${JSON.stringify(b.line)}`
        });
        assert.equal(r.code, 0, r.err);
        assert.equal(JSON.parse(r.out).imported, 2);
        assert.ok(await exists(a.email) && await exists(b.email));
        const none = await ctl(['user', 'import', '-']);
        assert.equal(none.code, 0);
        assert.match(none.out, /^0 lines, 0 accounts, 0 refused/);
        for (const name of [join(own, 'absent'), own]) {
            const e = await ctl(['user', 'import', name]);
            assert.equal(e.code, 1);
            assert.ok(e.err.includes(name));
        }
        assert.equal((await ctl(['user', 'import'])).code, 2);
        assert.equal((await ctl(['user', 'import', '-', '-'])).code, 2);
        assert.equal((await ctl(['user', 'import', '-', '--fast'])).code, 2);
        const help = await ctl(['user', 'import', '--help']);
        assert.equal(help.code, 0);
        assert.match(help.out, /--dry-run/);
    });

// N lines of which every 500th is refused, after a mark of their own.
const spoilt = (n) => Math.floor(n / 500);
function many(n) {
    const mark = address().slice(1, 13);
    const lines = [];
    for (let i = 1; i <= n; i++)
        lines.push(i % 500 === 0 ? '{' : { emails: [{ address:
            `u${i}@${mark}.example`, verified_s: 1700000000 }] });
    const all = async () => (await exported()).flatMap((l) =>
        (l.emails ?? []).map((e) => e.address)).filter((e) =>
        e.endsWith(`@${mark}.example`));
    return { n, name: file(lines), all };
}

test('killed at any time and started again: all once (S-143)', async () => {
    const m = many(8000), kept = join(own, 'killed');
    let kills = 0;
    for (let i = 0; i < 8; i++) {
        const p = spawn(program, ['--config', config, 'user', 'import',
            m.name, '--report', kept], { stdio: 'ignore' });
        const ended = new Promise((done) => p.on('exit',
            (code, signal) => done(signal)));
        const timer = setTimeout(() => p.kill('SIGKILL'),
            40 + Math.random() * 250);
        kills += await ended === 'SIGKILL';
        clearTimeout(timer);
        if (existsSync(kept) && report(kept).length === spoilt(m.n))
            break;
    }
    const r = await ctl(['--json', 'user', 'import', m.name, '--report',
        kept]);
    assert.equal(r.code, 3, r.err);
    const told = JSON.parse(r.out);
    assert.ok(kills > 0);
    if (told.imported === m.n - spoilt(m.n))
        assert.deepEqual(report(kept).map((t) => t.line),
            Array.from({ length: spoilt(m.n) }, (_, i) => 500 * (i + 1)));
    const all = await m.all();
    assert.equal(all.length, m.n - spoilt(m.n));
    assert.equal(new Set(all).size, all.length);
});

test('it goes on behind the last line that was committed', async () => {
    const m = many(4000), kept = join(own, 'broken');
    // A pipe that holds back: what is committed is known.
    const p = spawn(program, ['--config', config, 'user', 'import', '-',
        '--report', kept], { stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = new Promise((done) => p.on('exit', done));
    const lines = readFileSync(m.name, 'utf8').split('\n');
    p.stdin.write(lines.slice(0, 2600).join('\n') + '\n');
    for (let i = 0; i < 200 && (!existsSync(kept) ||
        report(kept).length < 4); i++)
        await new Promise((done) => setTimeout(done, 50));
    for (let i = 0; i < 200 && (await m.all()).length < 1998; i++)
        await new Promise((done) => setTimeout(done, 50));
    p.kill('SIGKILL');
    await ended;
    const before = await m.all();
    const r = await ctl(['--json', 'user', 'import', m.name, '--report',
        kept]);
    assert.equal(r.code, 3, r.err);
    const told = JSON.parse(r.out);
    assert.ok(told.resumed_at >= 2000 && told.resumed_at <= 2600);
    assert.equal(before.length, told.resumed_at -
        spoilt(told.resumed_at));
    assert.match(r.err, new RegExp(`behind line ${told.resumed_at}`));
    assert.deepEqual([told.lines, told.imported, told.refused],
        [4000, 4000 - spoilt(4000), spoilt(4000)]);
    assert.deepEqual(report(kept).map((t) => t.line),
        Array.from({ length: 8 }, (_, i) => 500 * (i + 1)));
    assert.equal((await m.all()).length, 4000 - spoilt(4000));
    // It is over: from the beginning, and all of it is known.
    const again = await ctl(['--json', 'user', 'import', m.name, '--report',
        kept]);
    assert.deepEqual(JSON.parse(again.out), { lines: 4000, imported: 0,
        refused: 4000, resumed_at: 0, dry_run: false });
});

test('another file that begins alike does not go on; --restart does',
    async () => {
        const m = many(3000);
        const p = spawn(program, ['--config', config, 'user', 'import',
            '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
        const ended = new Promise((done) => p.on('exit', done));
        const lines = readFileSync(m.name, 'utf8').split('\n');
        p.stdin.write(lines.slice(0, 2600).join('\n') + '\n');
        for (let i = 0; i < 200 && (await m.all()).length === 0; i++)
            await new Promise((done) => setTimeout(done, 50));
        p.kill('SIGKILL');
        await ended;
        const more = someone(null).line;
        const changed = file([lines[0], JSON.stringify(more),
            ...lines.slice(1, 3000)]);
        const other = await ctl(['user', 'import', changed]);
        assert.equal(other.code, 1);
        assert.match(other.err, /--restart/);
        const shorter = await ctl(['user', 'import', file(
            lines.slice(0, 10))]);
        assert.equal(shorter.code, 1);
        assert.match(shorter.err, /shorter/);
        const r = await ctl(['--json', 'user', 'import', changed,
            '--restart', '--report', join(own, 'restarted')]);
        assert.equal(r.code, 3, r.err);
        assert.equal((await m.all()).length, 3000 - spoilt(3000));
        assert.ok(await exists(more.emails[0].address));
    });

test('two imports of one file at once: each account once', async () => {
    const m = many(2000);
    const both = await Promise.all([1, 2].map(() => ctl(['user', 'import',
        m.name, '--report', join(own, `both${files++}`)])));
    for (const r of both)
        assert.ok([1, 3].includes(r.code), r.err);
    assert.ok(both.some((r) => r.code === 3), both.map((r) => r.err).join());
    const all = await m.all();
    assert.equal(all.length, 2000 - spoilt(2000));
    assert.equal(new Set(all).size, all.length);
});

test('export: no hash unless asked for (S-009), private, whole or not there',
    async () => {
        const p = someone(kinds.bcrypt_2b[0]);
        await imported([p.line]);
        const name = join(own, 'accounts');
        const r = await ctl(['--json', 'user', 'export', '--file', name]);
        assert.equal(r.code, 0, r.err);
        assert.equal(statSync(name).mode & 0o777, 0o600);
        assert.ok(!existsSync(`${name}.part`));
        const got = readFileSync(name, 'utf8');
        const mine = got.split('\n').find((l) => l.includes(p.email));
        assert.ok(!got.includes('"password"') && !got.includes('$2b$'));
        assert.ok(mine);
        assert.equal(JSON.parse(r.out).accounts,
            got.trimEnd().split('\n').length);
        const uids = got.trimEnd().split('\n').map((l) => JSON.parse(l).uid);
        assert.deepEqual(uids, [...uids].sort());
        const bad = await ctl(['user', 'export', '--file',
            join(own, 'no', 'such')]);
        assert.equal(bad.code, 1);
        assert.equal((await ctl(['user', 'export', 'x'])).code, 2);
    });

// ---- custom objects ----

const objects = (uid, name = 'colors') => call('GET',
    `/identity/v2/manage/account/${uid}/customobject`,
    { query: { objectname: name } });
const put = (uid, name, raw) => call('POST',
    `/identity/v2/manage/account/${uid}/customobject`,
    { query: { objectname: name }, raw,
        headers: { 'Content-Type': 'application/json' } });
const lines = (out) => out.split('\n').filter(Boolean);

// The account of a line, and the raw lines of its objects.
async function withObjects(email, conf = config) {
    const r = await ctl(['user', 'export'], { conf });
    assert.equal(r.code, 0, r.err);
    const all = lines(r.out);
    const at = all.findIndex((l) => l.includes(email));
    let end = at + 1;
    while (end < all.length && all[end].startsWith('{"object":'))
        end++;
    return { account: JSON.parse(all[at]), own: all.slice(at + 1, end) };
}

test('objects: exported behind their account, in their own text, and back',
    async () => {
        const p = someone(null);
        await imported([p.line]);
        const { uid } = (await withObjects(p.email)).account;
        const data = ['{"b":1.50,"a":12345678901234567890,"z":null}',
            '{"a":"\u00e9 \\" \u2028"}', '{}'];
        for (const text of data)
            granted(await put(uid, 'colors', text));
        granted(await put(uid, 'rights',
            '{"IsClientSideDisable":true,"admin":false}'));
        const { own } = await withObjects(p.email);
        assert.equal(own.length, 4);
        own.slice(0, 3).forEach((l, i) =>
            assert.ok(l.endsWith(`,"data":${data[i]}}`), l));
        assert.match(own[3], /"object":"rights".*"hidden":1,/);
        // They are there already.
        const again = await ctl(['--json', 'user', 'import', '-'],
            { input: text(own) });
        assert.equal(again.code, 3);
        assert.equal(again.err.match(/UID_TAKEN id/g).length, 4);
        // As other accounts' they come in, before or behind it.
        const q = someone(null, { uid: uid.split('').reverse().join('') });
        const moved = own.map((l) => l.replace(uid, q.line.uid));
        const r = await imported([moved[0], q.line, ...moved.slice(1)]);
        assert.deepEqual([r.lines, r.imported, r.refused], [5, 1, 0]);
        assert.deepEqual((await withObjects(q.email)).own, moved);
        const there = granted(await objects(q.line.uid));
        assert.equal(there.Count, 3);
        assert.deepEqual(there.data[0].CustomObject.z, null);
    });

test('objects: lines that are refused, and why', async () => {
    const p = someone(null), gone = someone(null);
    await imported([p.line]);
    const { uid } = (await withObjects(p.email)).account;
    const one = (more) => JSON.stringify({ object: 'colors', uid,
        data: { a: 1 }, ...more });
    const bad = [
        [one({ object: 'nothing' }), 'OBJECT_NAME_UNKNOWN', /./],
        [one({ uid: '0'.repeat(32) }), 'USER_UNKNOWN', /no account/],
        [one({ uid: 'x' }), 'UID_MALFORMED', /32 hex/],
        [one({ id: 'x' }), 'BODY_SHAPE', /24 hex/],
        [one({ hidden: 2 }), 'BODY_SHAPE', /range/],
        [one({ created_s: '1' }), 'BODY_SHAPE', /range/],
        [one({ data: undefined }), 'BODY_SHAPE', /missing/],
        [one({ data: [] }), 'OBJECT_BODY', /object/],
        [one({ data: { a: 'x'.repeat(98304) } }), 'OBJECT_BODY', /large/],
        [one({ more: 1 }), 'BODY_SHAPE', /unknown/],
        [one({ id: '7'.repeat(24) }), null],
        [one({ id: '7'.repeat(24) }), 'UID_TAKEN', /line before/],
        ['{ "object":"colors","uid":', 'MALFORMED', /not JSON/],
        [`{"object":"colors","uid":"${uid}","data":{"a":1,"a":2}}`,
            'MALFORMED', /twice/],
        [{ ...gone.line, emails: [{ address: 'x' }],
            uid: '7'.repeat(32) }, 'EMAIL_MALFORMED', /./],
        [one({ uid: '7'.repeat(32) }), 'USER_UNKNOWN', /no account/],
        [JSON.stringify({ uid, object: 'colors', data: {} }), 'BODY_SHAPE',
            /object/]
    ];
    for (const more of [['--dry-run'], []]) {
        const to = join(own, `objects${more.length}`);
        const r = await ctl(['--json', 'user', 'import', '-', '--report',
            to, ...more], { input: text(bad.map(([l]) => l)) });
        assert.equal(r.code, 3, r.err);
        const told = report(to);
        const wanted = bad.map(([, error, why], i) => [i + 1, error, why])
            .filter(([, error]) => error);
        assert.deepEqual(told.map((t) => [t.line, t.error]),
            wanted.map(([n, error]) => [n, error]));
        wanted.forEach(([, , why], i) =>
            assert.match(`${told[i].field} ${told[i].reason}`, why));
        assert.equal(granted(await objects(uid)).Count, more.length ? 0 : 1);
    }
});

test('objects: as many as an account may have, and no more (S-121)',
    async () => {
        const p = someone(null, { uid: '5'.repeat(31) + 'a' });
        const object = (i) => JSON.stringify({ object: 'colors',
            uid: p.line.uid, data: { i } });
        const hundred = Array.from({ length: 100 }, (_, i) => object(i));
        const r = await ctl(['--json', 'user', 'import', '-'],
            { input: text([p.line, ...hundred, object(100)]) });
        assert.equal(r.code, 3);
        assert.match(r.err, /line 102: OBJECTS_FULL object/);
        assert.equal(granted(await objects(p.line.uid)).Count, 100);
        const more = await ctl(['--json', 'user', 'import', '-'],
            { input: text([object(101)]) });
        assert.match(more.err, /line 1: OBJECTS_FULL/);
    });

test('a bar on a terminal', async () => {
    const m = many(2000);
    const run = (...args) => execFileSync('script', ['-qec', [program,
        '--config', config, ...args].join(' '), '/dev/null'], {
        encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
        env: { PATH: process.env.PATH, SHELL: '/bin/sh' } });
    const out = run('user', 'import', m.name, '--report',
        join(own, 'bar'), '||', 'true');
    assert.match(out, /\r *\d+% \[#* *\] \d+ accounts, \d+ lines refused/);
    assert.match(out, /1996 accounts, 4 refused/);
    assert.match(run('user', 'export', '--file', join(own, 'bars')),
        /% \[#* *\] \d+ accounts/);
});

test('one site\'s export is another site\'s import, line for line',
    async () => {
        const name = `dw_import_${process.pid}`, holder = address();
        await imported([{ emails: [{ address: holder }] }]);
        const sql = (words) => execFileSync('mariadb', ['--no-defaults', '-S',
            process.env.DOORWARD_SOCKET, '-e', words]);
        const { conf, words } = copy('other', [[/^(name = )dw_\S+$/m,
            `$1${name}`]]);
        const user = /^user = (.*)$/m.exec(words)[1];
        sql(`CREATE DATABASE ${name};
            GRANT ALL ON ${name}.* TO '${user}'@'localhost'`);
        try {
            const schema = new URL('../../schema', import.meta.url).pathname;
            let r = await ctl(['migrate', '--schema-dir', schema], { conf });
            assert.equal(r.code, 0, r.err);
            for (const role of ['staff', 'Board', 'staff.2']) {
                r = await ctl(['role', 'add', holder, role]);
                assert.equal(r.code, 0, r.err);
            }
            const { uid } = JSON.parse((await ctl(['--json', 'user', 'show',
                holder])).out);
            for (let i = 0; i < 45; i++)
                granted(await put(uid, i % 2 ? 'colors' : 'rights',
                    `{"IsClientSideDisable":${i % 3 === 0},"i":${i}.0}`));
            r = await ctl(['user', 'export', '--with-hashes']);
            const there = r.out;
            assert.equal(there.match(/"hidden":1/g).length >= 15, true);
            r = await ctl(['user', 'import', '-'], { conf, input: there });
            assert.equal(r.code, 0, r.err);
            r = await ctl(['user', 'export', '--with-hashes'], { conf });
            assert.match(r.out, /"roles":"Board staff staff\.2"/);
            const here = r.out.split('\n');
            there.split('\n').forEach((l, i) => assert.equal(here[i], l));
            assert.equal(r.out.length, there.length);
        } finally {
            sql(`DROP DATABASE ${name};
                REVOKE ALL ON ${name}.* FROM '${user}'@'localhost'`);
        }
    });
