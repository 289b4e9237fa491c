// S-133: master secrets are replaced while processes run.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync, chownSync, readFileSync, renameSync, statSync,
    unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AUTH, address, call, granted, login, mail, password, refused,
    register, signedIn, sott } from '../http/api.mjs';
import { clock, codeOf, ctl, nextMail, number, site, sql, times, until,
    visitor, workers } from './kills.mjs';
import { load, state } from './load.mjs';

const conf = join(site, 'etc/doorward.conf');
const outbox = process.env.DOORWARD_OUTBOX;
const log = () => readFileSync(join(site, 'log/doorward.log'), 'utf8');
const rotate = (...more) => ctl('--json', 'keys', 'rotate', '--wait', '1',
    ...more).then(JSON.parse);
const list = async () => (await ctl('--json', 'keys', 'list')).trim()
    .split('\n').map((l) => JSON.parse(l));
const verify = (token) => call('GET', `${AUTH}/email`,
    { query: { verificationtoken: token } });

test('S-133: five rotations under load: no request fails, and what was made ' +
    'before is good', { timeout: 180000 }, async (t) => {
    // One of each, made with the first secret.
    const sessions = await times(5, () => signedIn());
    const pages = visitor(), form = visitor();
    const p = sessions[0];
    assert.equal((await pages.visit('/login', { identifier: p.email,
        password })).status, 303);
    const send = await form.open('/login');
    const change = await pages.open('/account/password');
    const proof = await sott(), legacy = (await ctl('sott', '--legacy'))
        .trim();
    const q = await register();
    const link = (await mail(q.email)).token;
    const code = codeOf(await nextMail(sessions[1].email, async () =>
        granted(await call('POST', `${AUTH}/password`,
            { json: { email: sessions[1].email } }))));
    const locked = address();
    for (let i = 0; i < 10; i++)
        refused(await login({ email: locked }, 'x'), 966, 401);
    renameSync(outbox, `${outbox}-away`);
    writeFileSync(outbox, '');    // no folder: no delivery
    const sealed = await register();
    await until('a mail that waits', () => sql(`SELECT error FROM dw_outbox
        WHERE target = '${sealed.email}'`)[0]?.[0]);
    unlinkSync(outbox);
    renameSync(`${outbox}-away`, outbox);

    const before = await list(), file = statSync(conf);
    const comments = readFileSync(conf, 'utf8').match(/^#.*$/gm);
    const pids = workers().sort();
    const stop = load(6);
    const made = [];
    try {
        await until('the load runs', () => state.steps.get('login') > 5, 60);
        for (let i = 0; i < 5; i++)
            made.push(await rotate());
        const asked = state.asked;
        await until('the load goes on', () => state.asked > asked + 20, 60);
    } finally {
        await stop();
    }
    const failed = state.unanswered + state.busy + state.odd.length;
    t.diagnostic(`requests during rotations: tried ${state.asked}, held ` +
        `${state.asked - failed}`);
    assert.deepEqual(state.odd, []);
    assert.equal(failed, 0);
    assert.deepEqual(workers().sort(), pids, 'the same processes');

    const after = await list();
    assert.deepEqual(after.map((k) => k.state), ['current',
        ...Array(5).fill('earlier')]);
    assert.deepEqual(after.map((k) => k.number), [...made.map((m) =>
        m.number).reverse(), before[0].number]);
    assert.equal(new Set(after.map((k) => k.number)).size, 6);
    const now = statSync(conf);
    assert.deepEqual([now.mode, now.uid, now.gid],
        [file.mode, file.uid, file.gid]);
    assert.notEqual(now.ino, file.ino);
    assert.deepEqual(readFileSync(conf, 'utf8').match(/^#.*$/gm), comments);
    assert.equal(number(`SELECT COUNT(*) FROM dw_audit
        WHERE event = 'keys_rotated'`), 5);

    for (const s of sessions)
        granted(await call('GET', `${AUTH}/access_token/validate`,
            { token: s.token }));
    assert.equal((await pages.get('/account')).status, 200);
    assert.equal((await change({ password, new_password:
        'violet-harbour-88' })).status, 303);
    assert.equal((await send({ identifier: sessions[2].email, password }))
        .status, 303);
    granted(await verify(link));
    granted(await login(q));
    for (const s of [proof, legacy])
        granted(await call('POST', `${AUTH}/register`, {
            headers: { 'X-Doorward-Sott': s }, json: { Password: password,
                Email: [{ Type: 'Primary', Value: address() }] } }));
    granted(await call('PUT', `${AUTH}/password/reset`, { json: {
        email: sessions[1].email, otp: code,
        password: 'amber-lantern-93' } }));
    granted(await login(sessions[1], 'amber-lantern-93'));
    refused(await login({ email: locked }, 'x'), 1198);
    clock(300);
    await ctl('outbox', 'run');
    granted(await verify((await mail(sealed.email)).token));
    clock(0);
});

test('S-133: a code cannot be had twice by a rotation (S-032)', async () => {
    const p = await signedIn();
    const ask = async () => codeOf(await nextMail(p.email, async () =>
        granted(await call('POST', `${AUTH}/password`,
            { json: { email: p.email } }))));
    const old = await ask();
    await rotate();
    const young = await ask();
    const reset = (otp) => call('PUT', `${AUTH}/password/reset`,
        { json: { email: p.email, otp, password: 'amber-lantern-93' } });
    if (old !== young)
        refused(await reset(old), 1185, 403);
    granted(await reset(young));
    refused(await reset(young), 1186, 403);
});

test('S-133: no command shows a secret; the older ones can be dropped',
    async () => {
        const secrets = readFileSync(conf, 'utf8').match(/[0-9a-f]{64}/g);
        assert.equal(secrets.length, 7);
        const said = await ctl('keys', 'list') + await ctl('keys', 'rotate',
            '--wait', '1', '--keep', '2');
        for (const s of readFileSync(conf, 'utf8').match(/[0-9a-f]{64}/g)
            .concat(secrets))
            assert.ok(!said.includes(s) && !log().includes(s));
        assert.deepEqual((await list()).map((k) => k.state),
            ['current', 'earlier', 'earlier']);
        granted((await register()).answer);
    });

test('S-133: two rotations at once are one', async () => {
    const before = (await list()).length;
    const both = await Promise.allSettled([rotate(), rotate()]);
    assert.deepEqual(both.map((b) => b.status).sort(),
        ['fulfilled', 'rejected']);
    assert.match(both.find((b) => b.reason).reason.message, /under way/);
    assert.equal((await list()).length, before + 1);
});

test('keys rotate: usage; 16 earlier secrets are the most', async () => {
    for (const args of [['--keep', '0'], ['--keep', '17'], ['--wait', 'x'],
        ['more']])
        await assert.rejects(ctl('keys', 'rotate', ...args), /usage/);
    assert.match(await ctl('keys', 'rotate', '--help'), /--keep/);
    const text = readFileSync(conf, 'utf8');
    const copy = join(site, 'etc/full.conf');
    const word = () => randomBytes(32).toString('hex');
    const words = Array.from({ length: 16 }, word);
    writeFileSync(copy, text.replace(/^previous_master = .*$/m,
        `previous_master = ${words.join(' ')}`), { mode: 0o600 });
    chownSync(copy, statSync(conf).uid, statSync(conf).gid);
    await assert.rejects(ctl('--config', copy, 'keys', 'rotate'),
        /--keep/);
    writeFileSync(copy, text.replace(/^previous_master = .*$/m,
        `previous_master = ${[...words, word()].join(' ')}`));
    await assert.rejects(ctl('--config', copy, 'keys', 'list'),
        /more than 16/);
});

test('a configuration that changes is taken up; one with a mistake is not',
    async () => {
        const off = async () => (await call('GET', `${AUTH}/username`,
            { query: { username: 'nobody-1' } })).json.ErrorCode === 1238;
        const text = readFileSync(conf, 'utf8');
        assert.equal(await off(), false);
        writeFileSync(conf, text.replace(/^username = yes$/m,
            'username = no'));
        for (let i = 0; i < 8; i++)
            assert.equal(await off(), true);
        appendFileSync(conf, '\n[login]\nnonsense = 5\n');
        for (let i = 0; i < 8; i++)
            assert.equal(await off(), true);
        assert.match(log(), /unknown setting login.nonsense/);
        writeFileSync(conf, text);
        for (let i = 0; i < 8; i++)
            assert.equal(await off(), false);
    });
