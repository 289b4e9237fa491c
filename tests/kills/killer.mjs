// kill -9 of this site's processes at random moments while a load runs.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AUTH, call, signedIn } from '../http/api.mjs';
import { kill, number, pidOf, processes, site, sleep, sql, until } from
    './kills.mjs';
import { load, state } from './load.mjs';

// Of workers, and of what works after an answer; after how many of them the
// next request was answered.
export const count = { worker: 0, after: 0, held: 0 };

const enough = (step) => state.steps.get(step) > 5;

// On, and not much longer, until each step was taken often.
async function killAll(t, kills, wanted, probe) {
    const spawner = pidOf('spawner');
    const total = () => count.worker + count.after;
    await until('the load runs', () => enough('login'));
    while (total() < kills || total() < kills * 2 && !wanted.every(enough)) {
        await sleep(Math.random() * 30);
        const all = processes();
        const after = all.filter((p) => p.parent !== spawner);
        const pool = after.length > 0 && Math.random() < 0.3 ? after :
            all.filter((p) => p.parent === spawner);
        // Now and then all at once.
        let many = Math.random() < 0.05 ? pool.length : 1, hit = 0;
        for (; many > 0 && pool.length > 0; many--) {
            const [p] = pool.splice(Math.floor(Math.random() *
                pool.length), 1);
            if (!kill(p.pid, 'SIGKILL'))
                continue;
            hit++;
            count[p.parent === spawner ? 'worker' : 'after']++;
        }
        const a = await call('GET', `${AUTH}/access_token/validate`,
            { token: probe.token, judge: false });
        if (a.status === 200)
            count.held += hit;
        else
            t.diagnostic(`after a kill: ${a.status} ${a.text}`);
    }
}

// wanted: the steps that must have been taken often.
export const killed = (kills, clients, wanted, work) => test(
    `S-145: ${kills} kills and more; the next request is answered each time`,
    { timeout: 240000 }, async (t) => {
        const probe = await signedIn();
        const stop = load(clients, work);
        try {
            await killAll(t, kills, wanted, probe);
        } finally {
            await stop();
        }
        const tried = count.worker + count.after;
        t.diagnostic(`kills: tried ${tried}, held ${count.held} ` +
            `(${count.worker} workers, ${count.after} of deliveries)`);
        t.diagnostic(`requests: ${state.asked}, not answered ` +
            `${state.unanswered}, busy ${state.busy}; people ` +
            `${state.people.length}`);
        t.diagnostic([...state.steps].map(([n, k]) => `${n} ${k}`)
            .join(', '));
        assert.equal(count.held, tried);
        assert.deepEqual(state.odd, []);
        // A process serves one request: no kill costs more than one answer.
        assert.ok(state.unanswered <= count.worker);
        assert.equal(state.busy, 0);
        for (const step of wanted)
            assert.ok(enough(step),
                `too little of: ${step} ${state.steps.get(step)}`);
    });

export const released = () => test(
    'S-145: no lock and no transaction outlives its owner', async () => {
        const spawner = pidOf('spawner');
        await until('deliveries end', () => processes().every((p) =>
            p.parent === spawner));
        const held = (inode) => readFileSync('/proc/locks', 'latin1')
            .split('\n').filter((l) => new RegExp(`:${inode} `).test(l));
        const files = readdirSync(join(site, 'state'));
        assert.ok(files.length >= 2, files.join());
        for (const name of files)
            assert.deepEqual(held(statSync(join(site, 'state', name)).ino),
                [], name);
        assert.equal(number(`SELECT COUNT(*)
            FROM information_schema.innodb_trx`), 0);
    });

const summaries = readFileSync(new URL('../lib/summaries.sql',
    import.meta.url), 'utf8');
export const remembered = () => test(
    'S-145: what an account keeps of its other rows is what these say',
    async (t) => {
        const { token } = await signedIn();
        assert.equal((await call('GET', `${AUTH}/account`, { token })).status,
            200);
        const [[kept, untrue]] = sql(summaries);
        t.diagnostic(`summaries: tried ${kept}, held ${kept - untrue}`);
        assert.ok(kept > 0);
        assert.equal(untrue, '0');
    });
