// Signing in by PIN (LG9) where a lock suspends, and where an account is
// blocked.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { AUTH, call, granted, login, refused, signedIn, source, time }
    from '../api.mjs';

const PIN = '482915';
const ctl = (...args) => {
    const [program, ...rest] = process.env.DOORWARD_CTL.split(' ');
    return execFileSync(program, [...rest, ...args]);
};

async function withPin() {
    const p = await signedIn();
    granted(await call('PUT', `${AUTH}/account`, { token: p.token,
        json: { PINInfo: { PIN } } }));
    const { session_token } = granted(await login(p));
    return { ...p, byPin: () => call('POST', `${AUTH}/login/pin`,
        { from: source(), query: { session_token }, json: { PIN } }) };
}

test('LG9 of a suspended account: 1198, and when it ends (S-016)',
    async () => {
        const p = await withPin();
        granted(await p.byPin());
        for (let i = 0; i < 10; i++)
            refused(await login(p, 'not the password'), 966, 401);
        const a = await p.byPin();
        refused(a, 1198, 403);
        assert.match(a.json.Data.LoginLockedTimeout, time);
        refused(await login(p), 1198, 403);
    });

test('LG9 of a blocked account: 991; its token does not come back (S-051)',
    async () => {
        const p = await withPin();
        granted(await p.byPin());
        ctl('user', 'disable', p.email);
        refused(await p.byPin(), 991, 403);
        ctl('user', 'enable', p.email);
        refused(await p.byPin(), 1245, 403);
        granted(await login(p));
    });
