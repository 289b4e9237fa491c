// Commands of README.md and docs/, on a site of their own: it is restored from
// a backup.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync,
    rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { AUTH, base, call, granted, mail, password, person, refused, login }
    from '../../http/api.mjs';
import { root, snippet } from '../../http/snippet.mjs';

const top = fileURLToPath(root);
const bin = dirname(process.env.DOORWARD_PROGRAM);
const folders = [];
function temporary() {
    folders.push(mkdtempSync(join(tmpdir(), 'doorward-readme-')));
    return folders.at(-1);
}
after(() => folders.forEach((f) => rmSync(f, { recursive: true })));
const sh = (text, options = {}) => execFileSync('bash', ['-eu'],
    { input: text, encoding: 'utf8',
        env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
        ...options });
const readme = readFileSync(join(top, 'README.md'), 'utf8');

test('each block of README.md is run by a test', () => {
    const files = ['area', 'cgi', 'http', 'http/sdk', 'lib',
        'pages/frontend', 'pages/readme'].flatMap((d) => readdirSync(join(top, 'tests', d))
        .filter((n) => /\.(mjs|sh)$/.test(n))
        .map((n) => readFileSync(join(top, 'tests', d, n), 'utf8'))).join();
    const names = [...readme.matchAll(/^ *<!-- (.*) -->\n *```\w+\n/gm)]
        .map(([, name]) => name);
    assert.equal(names.length * 2, [...readme.matchAll(/^ *```/gm)].length);
    for (const name of names)
        assert.ok([`snippet('README.md', '${name}')`, `<!-- ${name} -->`]
            .some((use) => files.includes(use)), name);
});

test('README.md: a configuration is made', () => {
    const dir = temporary();
    writeFileSync(join(dir, 'password'), 'violet-harbour-88',
        { mode: 0o600 });
    sh(snippet('README.md', 'init').replaceAll('/home/site/private', dir));
    assert.match(readFileSync(join(dir, 'doorward.conf'), 'utf8'),
        /^url = https:\/\/example\.com\/auth$/m);
});

test('README.md: the files that it names are there, and the commands',
    () => {
        for (const [, name] of readme.matchAll(
            /[`(]((?:docs|templates|tests|lib|cgi-bin|schema)\/[\w./-]*)[`)]/g))
            assert.ok(existsSync(join(top, name)), name);
        const docs = readdirSync(join(top, 'docs'))
            .filter((n) => /\.md$/.test(n));
        for (const name of docs)
            assert.ok(readme.includes(`docs/${name}`), name);
        const texts = [readme, ...docs.map((n) => readFileSync(
            join(top, 'docs', n), 'utf8'))].join('\n');
        const second = 'list|run|retry|rotate|import|export|revoke';
        const verbs = new Set([...texts.matchAll(new RegExp('`doorwardctl\\s+' +
            `(?:--config FILE )?([a-z-]+(?:\\s+(?:${second}))?)`, 'g'))]
            .map(([, verb]) => verb));
        assert.ok(verbs.size >= 8, [...verbs].join());
        for (const verb of verbs)
            sh(`doorwardctl ${verb} --help`);
    });

// ./dev run in a copy, since the folder may have a demo of its own.
test('README.md: the demo runs, and its tour; Ctrl-C ends it', async () => {
    assert.equal(snippet('README.md', 'test').trim(), './dev test');
    const dir = temporary(), port = 20000 + process.pid % 12000;
    sh(`tar -C "${top}" --exclude=./var --exclude=./.git ` +
        '--exclude=node_modules --exclude=./build-san --exclude=./build/tests ' +
        `-cf - . | tar -C "${dir}" -xf -`);
    const demo = spawn('bash', ['-c',
        snippet('README.md', 'run').replace(/^/, 'exec ')],
    { cwd: dir, env: { ...process.env, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    demo.stdout.on('data', (d) => { said += d; });
    demo.stderr.on('data', (d) => { said += d; });
    const ended = new Promise((done) => demo.on('close', done));
    try {
        for (let i = 0; i < 900 && !/Ctrl-C ends it/.test(said) &&
            demo.exitCode === null; i++)
            await new Promise((done) => setTimeout(done, 100));
        assert.match(said, /Ctrl-C ends it/);
        const out = sh(snippet('README.md', 'tour'), { cwd: dir });
        assert.equal(out.match(/"IsPosted":true/g).length, 3, out);
        assert.doesNotMatch(out, /ErrorCode/);
        const url = `http://localhost:${port}`;
        assert.match(await (await fetch(`${url}/demo/outbox`)).text(),
            /Confirm your email address/);
        const front = /http:\/\/127\S+front-end\S+/.exec(said)[0];
        const page = await fetch(front);
        assert.equal(page.headers.get('content-type'),
            'text/html; charset=utf-8');
        assert.match(await page.text(), /doorward\.js/);
        const allowed = await fetch(`${url}${AUTH}/email`, { headers: {
            Origin: new URL(front).origin } });
        assert.equal(allowed.headers.get('access-control-allow-origin'),
            new URL(front).origin);
    } finally {
        demo.kill('SIGINT');
    }
    assert.equal(await ended, 0, said);
    assert.deepEqual(readdirSync(join(dir, 'var/run')), []);
});

test('docs/operations.md: a backup, and back (S-147)', async () => {
    const p = await person(), dir = temporary();
    const session = granted(await login(p));
    granted(await call('POST', `${AUTH}/password`, {
        json: { email: p.email }, query: { resetPasswordUrl: base } }));
    const { token } = await mail(p.email, 2);
    writeFileSync(join(dir, 'client.cnf'),
        `[client]\nsocket=${process.env.DOORWARD_SOCKET}\n`);
    writeFileSync(join(dir, 'doorward.conf'), '');
    const run = (name) => sh(snippet('docs/operations.md', name)
        .replace(/^private=\S+/m, `private=${dir}`)
        .replace(/^database=\S+/m, 'database=dw_pages_readme'),
    { env: { ...process.env, PATH: `${bin}:${process.env.PATH}`,
        DOORWARD_CONFIG: `${process.env.DOORWARD_SITE}/etc/doorward.conf` } });
    run('backup');
    assert.ok(existsSync(join(dir, 'backup.conf')));
    const ctl = (...args) => sh(`${process.env.DOORWARD_CTL} ${
        args.join(' ')}`);
    granted(await call('GET', `${AUTH}/access_token/invalidate`,
        { token: session.access_token }));
    ctl('user', 'delete', p.email, '--yes');
    refused(await login(p), 966, 401);
    run('restore');
    const check = () => call('GET', `${AUTH}/access_token/validate`,
        { token: session.access_token });
    refused(await check(), 905, 403);
    refused(await call('GET', '/identity/v2/manage/account/access_token/' +
        'refresh', { query: { refresh_token: session.refresh_token } }), 1217,
    403);
    refused(await call('PUT', `${AUTH}/password/reset`, { json: {
        resettoken: token, password: 'amber-lantern-93' } }), 1063, 403);
    assert.equal(ctl('--json', 'session', 'revoke', '--everybody'),
        '{"revoked":true,"rows":0}\n');
    granted(await login(p));
});
