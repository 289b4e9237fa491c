// What the tests of faults share: the database server that they may stop and
// start, the proxy in front of it, and the truth as the database knows it.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmodSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const { FAULTS_AS, FAULTS_OPTIONS, FAULTS_ROOT, FAULTS_DB, FAULTS_SOCKET, FAULTS_SHORT,
    FAULTS_NAME } = process.env;
assert.ok(FAULTS_DB && FAULTS_SOCKET && FAULTS_NAME,
    './dev test faults starts these tests');

export const site = process.env.DOORWARD_SITE;
export const name = FAULTS_NAME;
export const short = FAULTS_SHORT;
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, look, limit_ms = 20000) {
    for (const end = Date.now() + limit_ms; Date.now() < end; await sleep(20))
        if (await look())
            return;
    assert.fail(`not within ${limit_ms} ms: ${what}`);
}

export async function timed(run) {
    const from = performance.now();
    const answer = await run();
    return { answer, ms: performance.now() - from };
}

// tried / held: what counts is that they are equal.
export class Tally {
    tried = 0;
    held = 0;
    broken = [];
    async one(what, run) {
        this.tried++;
        try {
            await run();
            this.held++;
        } catch (e) {
            this.broken.push(`${what}: ${e.message}`);
        }
    }
    end(t, name) {
        t.diagnostic(`${name}: tried ${this.tried}, held ${this.held}`);
        assert.ok(this.tried > 0);
        assert.equal(this.held, this.tried,
            this.broken.slice(0, 10).join('\n'));
    }
}

// ---- the server ----

// Never by a call that blocks: the proxy must go on meanwhile.
const run = (file, args, input = '') => new Promise((done, fail) => {
    const p = execFile(file, args, { encoding: 'utf8' }, (e, out, err) =>
        e ? fail(new Error(`${file}: ${err || e.message}`)) : done(out));
    p.stdin.on('error', () => {});    // it says itself why it ended
    p.stdin.end(input);
});
const shell = (words, ...args) => run('bash', ['-c', `set -u; LC_ALL=C.UTF-8
    . "$0/tests/lib/common.sh"; . "$0/tests/lib/database.sh"; ${words}`,
FAULTS_ROOT, ...args]);

export class Server {
    constructor(folder = FAULTS_DB, socket = FAULTS_SOCKET) {
        Object.assign(this, { folder, socket,
            pidFile: join(folder, 'run/mariadbd.pid') });
    }
    start(...options) {
        return shell('database_up "$@"', this.folder, this.socket,
            ...FAULTS_OPTIONS.split(' '), ...options);
    }
    stop() {
        return shell('process_end "$1"', this.pidFile);
    }
    get pid() {
        return Number(readFileSync(this.pidFile, 'utf8').split(' ')[0]);
    }
    running() {
        try {
            return process.kill(this.pid, 0);
        } catch {
            return false;
        }
    }
    signal(name) {
        process.kill(this.pid, name);
    }
    // The signal is sent, but each thread stops when it comes to it.
    async standStill() {
        const tasks = `/proc/${this.pid}/task`;
        this.signal('SIGSTOP');
        await until('the server stands still', () => readdirSync(tasks)
            .every((id) => / T \d/.test(readFileSync(
                join(tasks, id, 'stat'), 'utf8'))));
    }
    async kill() {
        const pid = this.pid;
        this.signal('SIGKILL');
        await until('the server is gone', () => {
            try {
                process.kill(pid, 0);
            } catch {
                return true;
            }
        });
        rmSync(this.pidFile);
    }
    async sql(text, database = FAULTS_NAME) {
        const out = await run('mariadb', ['--no-defaults', '-N', '-B',
            '--default-character-set=utf8mb4', '-S', this.socket,
            ...database ? [database] : []], `SET autocommit = 1; ${text}`);
        return out.trim();
    }
    // One line, by a connection that is kept.
    async ask(text) {
        this.client ??= spawn('mariadb', ['--no-defaults', '-N', '-B',
            '--unbuffered', '--init-command=SET autocommit = 1',
            '-S', this.socket, FAULTS_NAME], { stdio: ['pipe', 'pipe', 'inherit'] });
        this.client.stdin.write(`${text};\nSELECT 'end of it';\n`);
        let out = '';
        for await (const part of this.client.stdout.iterator(
            { destroyOnReturn: false }))
            if ((out += part).endsWith('end of it\n'))
                break;
        return out.split('\n').slice(0, -2).join('\n');
    }
    bye() {
        this.client?.stdin.end();
        this.client = undefined;
    }
    async number(text) {
        return Number(await this.sql(text));
    }
    // Numbers of the site's connections.
    async connections(more = '') {
        const out = await this.sql('SELECT ID FROM ' +
            'information_schema.PROCESSLIST ' +
            `WHERE USER = '${FAULTS_NAME}' ${more}`);
        return out.split('\n').filter(Boolean);
    }
    async killConnections(more) {
        for (const id of await this.connections(more))
            await this.sql(`KILL CONNECTION ${id}`).catch((e) =>
                assert.match(e.message, /Unknown thread/));
    }
}
export const db = new Server();

// The site's workers, as text: the web server's children, not the processes
// that they leave behind for the work after an answer.
export function workers() {
    const server = readFileSync(join(site, 'run/web.pid'), 'utf8').split(' ')[0];
    const program = join(FAULTS_SHORT, FAULTS_NAME.replace(/^dw_/, '')
        .replaceAll('_', '-'), 'bin/doorward.fcgi');
    return readdirSync('/proc').filter((pid) => {
        try {
            return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`,
                'utf8').split('\0')[0] === program && /^PPid:\s+(\d+)$/m.exec(
                readFileSync(`/proc/${pid}/status`, 'utf8'))[1] === server;
        } catch {
            return false;
        }
    });
}

// A soft limit of a worker, as its own user may set it.
export const limit = (pid, what, value) => run('bash', ['-c', '"$@"', 'bash',
    ...FAULTS_AS.split(' ').filter(Boolean), 'prlimit', '--pid', pid,
    `--${what}=${value}:`]);

// ---- the proxy ----

// The client's packets as far as commands go: 3 bytes of length, a number
// that is 0 for commands, and the first byte tells which.
const QUERY = 3, PREPARE = 0x16, EXECUTE = 0x17;

class Link {
    constructor(proxy, client) {
        this.proxy = proxy;
        this.client = client;
        this.server = connect(proxy.to);
        this.texts = new Map();
        this.said = [];    // statements since the start of a transaction
        this.rest = Buffer.alloc(0);
        this.preparing = [];
        this.up = this.down = Promise.resolve();
        for (const s of [client, this.server]) {
            s.on('error', () => {});
            s.on('close', () => this.closing || this.cut());
        }
        client.on('data', (d) => this.fromClient(d));
        this.server.on('data', (d) => this.fromServer(d));
        proxy.links.add(this);
    }
    cut() {
        this.client.destroy();
        this.server.destroy();
        this.proxy.links.delete(this);
    }
    pass(way, socket, data) {
        this[way] = this[way].then(async () => {
            const ms = this.proxy.delay();
            if (ms > 0)
                await sleep(ms);
            while (this.proxy.held)
                await sleep(10);
            if (!socket.destroyed)
                socket.write(data);
        });
    }
    fromClient(data) {
        this.rest = Buffer.concat([this.rest, data]);
        while (this.rest.length >= 4) {
            const end = 4 + this.rest.readUIntLE(0, 3);
            if (this.rest.length < end)
                return;
            const packet = this.rest.subarray(0, end);
            this.rest = this.rest.subarray(end);
            this.packet(packet);
        }
    }
    packet(packet) {
        const command = packet[3] === 0 && this.text(packet);
        if (command) {
            this.said.push(command);
            this.proxy.commands++;
            const act = this.proxy.watch?.(command, this, packet);
            if (act === 'taken')
                return;
        }
        this.pass('up', this.server, packet);
    }
    text(packet) {
        const text = packet.subarray(5).toString('latin1');
        switch (packet[4]) {
        case QUERY:
            if (text === 'START TRANSACTION')
                this.said = [];
            return text;
        case PREPARE:
            this.preparing.push(text);
            return null;
        case EXECUTE:
            return this.texts.get(packet.readUInt32LE(5)) ?? '?';
        default:
            return null;
        }
    }
    fromServer(data) {
        // One command at a time: the answer to PREPARE begins a chunk.
        if (this.preparing.length > 0 && data[4] === 0)
            this.texts.set(data.readUInt32LE(5), this.preparing.shift());
        else if (this.preparing.length > 0 && data[4] === 0xff)
            this.preparing.shift();
        this.answered?.(data);
        if (!this.client.destroyed)
            this.pass('down', this.client, data);
    }
}

export class Proxy {
    links = new Set();
    held = false;
    commands = 0;
    delay = () => 0;
    watch = null;
    constructor(at = join(FAULTS_SHORT, 'proxy'), to = FAULTS_SOCKET) {
        Object.assign(this, { at, to });
    }
    async up() {
        rmSync(this.at, { force: true });
        this.listener = createServer((s) => new Link(this, s));
        await new Promise((done) => this.listener.listen(this.at, done));
        chmodSync(this.at, 0o777);
    }
    async down() {
        const closed = new Promise((done) => this.listener.close(done));
        this.cutAll();
        await closed;
    }
    cutAll() {
        for (const l of [...this.links])
            l.cut();
    }
}

// A server that takes connections and says nothing.
export async function blackHole(at) {
    const open = new Set();
    const listener = createServer((s) => {
        open.add(s);
        s.on('error', () => {});
        s.on('close', () => open.delete(s));
    });
    await new Promise((done) => listener.listen(at, done));
    chmodSync(at, 0o777);
    return { seen: () => open.size, close: () => {
        for (const s of open)
            s.destroy();
        return new Promise((done) => listener.close(done));
    } };
}

// ---- Doorward as plain CGI, and its tool ----

export function cgi(method, uri, { env = {}, input = '', config, limit } =
{}) {
    const program = process.env.DOORWARD_PROGRAM;
    const [file, ...args] = limit ? ['/bin/sh', '-c',
        `ulimit ${limit} && exec "$0"`, program] : [program];
    return new Promise((done) => {
        const p = spawn(file, args, { env: { PATH: process.env.PATH,
            DOORWARD_CONFIG: config, GATEWAY_INTERFACE: 'CGI/1.1',
            SERVER_PROTOCOL: 'HTTP/1.1', REMOTE_ADDR: '127.0.0.1',
            HTTP_HOST: new URL(process.env.DOORWARD_URL).host,
            SCRIPT_NAME: '/doorward.fcgi', REQUEST_METHOD: method,
            REQUEST_URI: uri, QUERY_STRING: uri.split('?')[1] ?? '',
            CONTENT_TYPE: 'application/json',
            CONTENT_LENGTH: String(Buffer.byteLength(input)),
            HTTP_X_DOORWARD_APIKEY: process.env.DOORWARD_API_KEY, ...env } });
        let out = '', err = '';
        p.stdout.on('data', (d) => { out += d; });
        p.stderr.on('data', (d) => { err += d; });
        p.stdin.on('error', () => {});
        p.on('close', (code, signal) => {
            const at = out.indexOf('\r\n\r\n');
            const head = at < 0 ? '' : out.slice(0, at);
            const body = at < 0 ? '' : out.slice(at + 4);
            let json;
            try { json = JSON.parse(body); } catch { /* none */ }
            done({ code, signal, out, err, head, body, json, status: at < 0 ?
                0 : Number(/^Status: (\d+)/im.exec(head)?.[1] ?? 200) });
        });
        p.stdin.end(input);
    });
}

export const ctl = (...args) => new Promise((done) => execFile('/bin/sh',
    ['-c', `${process.env.DOORWARD_CTL.replace(/ --config .*/, '')} "$@"`,
        'ctl', ...args],
    (e, out, err) => done({ code: e?.code ?? 0, out, err })));
