// One visit by plain CGI, a process for each step: sign in, ask, sign out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { AUTH, base, key, password, person } from '../http/api.mjs';
import { conf } from './own.mjs';

function run(method, path, { json, token } = {}) {
    return new Promise((done) => {
        const env = { PATH: process.env.PATH, DOORWARD_CONFIG: conf,
            GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1',
            REMOTE_ADDR: '127.0.0.1', HTTP_HOST: new URL(base).host,
            REQUEST_METHOD: method, REQUEST_URI: `${AUTH}${path}`,
            HTTP_X_DOORWARD_APIKEY: key };
        const input = json ? JSON.stringify(json) : '';
        if (json)
            Object.assign(env, { CONTENT_TYPE: 'application/json',
                CONTENT_LENGTH: String(input.length) });
        if (token)
            env.HTTP_AUTHORIZATION = `Bearer ${token}`;
        const p = spawn(process.env.DOORWARD_PROGRAM, [], { env });
        let out = '', err = '';
        p.stdout.on('data', (d) => { out += d; });
        p.stderr.on('data', (d) => { err += d; });
        p.on('close', (code) => {
            assert.equal(code, 0, out + err);
            assert.equal(err, '');
            const [head, body] = out.split('\r\n\r\n');
            done({ status: Number(/^Status: (\d+)/.exec(head)[1]),
                json: JSON.parse(body) });
        });
        p.stdin.on('error', () => {});  // it has answered before
        p.stdin.end(input);
    });
}

test('sign in, check the token, sign out, each by its own process',
    async () => {
        const { email } = await person();
        const wrong = await run('POST', '/login',
            { json: { email, password: 'not-the-password' } });
        assert.equal(wrong.json.ErrorCode, 966);
        const right = await run('POST', '/login',
            { json: { email, password } });
        assert.equal(right.status, 200, JSON.stringify(right.json));
        const token = right.json.access_token;
        const ask = () => run('GET', '/access_token/validate', { token });
        assert.equal((await ask()).json.access_token, token);
        assert.equal((await run('GET', '/access_token/invalidate',
            { token })).json.IsPosted, true);
        assert.equal((await ask()).json.ErrorCode, 905);
    });
