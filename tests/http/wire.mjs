// Requests byte by byte, as no client library sends them.
import net from 'node:net';
import { base } from './api.mjs';
import { facts } from './facts.mjs';

const site = new URL(base);
export const root = site.pathname.replace(/\/$/, '');
export const host = site.host;

function dechunk(text) {
    let out = '';
    for (;;) {
        const end = text.indexOf('\r\n');
        const size = parseInt(text.slice(0, end), 16);
        if (!(size > 0))
            return out;
        out += text.slice(end + 2, end + 2 + size);
        text = text.slice(end + 4 + size);
    }
}

export function parse(text) {
    const end = text.indexOf('\r\n\r\n');
    const head = text.slice(0, end);
    let body = text.slice(end + 4);
    if (/^transfer-encoding: *chunked/im.test(head))
        body = dechunk(body);
    let json;
    try { json = JSON.parse(body); } catch { /* a page, or nobody's */ }
    return { text, head, body, json,
        status: Number(/^HTTP\/1\.\d (\d+)/.exec(head)?.[1] ?? 0),
        ours: /^x-request-id: [0-9a-f]{32}\r?$/im.test(head),
        header: (name) => new RegExp(`^${name}: *(.*?)\r?$`, 'im')
            .exec(head)?.[1] };
}

// Is all of it there?
const whole = ({ head, text, header }) => header('content-length') ?
    text.length - head.length - 4 === Number(header('content-length')) :
    /^0\r\n\r\n$/m.test(text.slice(-5));

// What facts() asks of every answer, of those that came whole.
export function judged(a, asked) {
    const [, method, path] = /^(\S*) ([^\s?]*)/.exec(asked) ?? [];
    if (a.ours && whole(a))
        facts({ ...a, method, path, text: a.body });
    return a;
}

// Sends the text as it is; the answer is whatever came until the server
// closed the connection: status 0 when that was nothing.
export function send(text, { half = false, wait_s = 20 } = {}) {
    return new Promise((done, failed) => {
        let got = '';
        const end = () => {
            s.destroy();
            try {
                done(judged(parse(got), text));
            } catch (e) {
                failed(e);
            }
        };
        const s = net.connect(Number(site.port), '127.0.0.1');
        s.setEncoding('latin1');
        s.setTimeout(wait_s * 1000, end);
        s.on('data', (d) => { got += d; });
        s.on('error', () => {});
        s.on('close', end);
        s.write(text, 'latin1');
        if (half)
            s.end();
    });
}

// request('GET', '/login', ['Name: value'...], body)
export function request(method, path, lines = [], body = '', options = {}) {
    const all = lines.some((l) => /^host:/i.test(l)) ? lines :
        [`Host: ${host}`, ...lines];
    return send([`${method} ${options.target ?? root + path} HTTP/1.1`,
        'Connection: close', ...all, '', body].join('\r\n'), options);
}
