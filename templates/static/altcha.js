// Solves a challenge of ALTCHA (proof of work) for the form that it stands
// in: work begins with the page and goes on while the form is filled in.
// Nothing leaves the browser but the answer.
'use strict';

(() => {
    const status = document.querySelector('[data-altcha]');
    const form = status.closest('form');
    const field = form.querySelector('input[name=altcha]');
    const SPARE_S = 30;         // an answer must last until it arrives
    let endsAt = 0;             // of the answer in the field
    let work = null;            // under way: a promise
    let waiting = null;         // the button that was pressed meanwhile

    const fromHex = (text) => Uint8Array.from(text.match(/../g),
        (pair) => parseInt(pair, 16));
    const toHex = (bytes) => Array.from(bytes,
        (b) => b.toString(16).padStart(2, '0')).join('');
    const now = () => Date.now() / 1000;

    async function derive(p, password, salt) {
        const key = await crypto.subtle.importKey('raw', password, 'PBKDF2',
            false, ['deriveBits']);
        return new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2',
            hash: 'SHA-256', salt, iterations: p.cost }, key,
            8 * p.keyLength));
    }

    // The number of the try stands behind the nonce.
    async function search(p) {
        const nonce = fromHex(p.nonce), salt = fromHex(p.salt);
        const password = new Uint8Array(nonce.length + 4);
        const view = new DataView(password.buffer);
        password.set(nonce);
        for (let counter = 0; ; counter++) {
            view.setUint32(nonce.length, counter);
            const derivedKey = toHex(await derive(p, password, salt));
            if (derivedKey.startsWith(p.keyPrefix))
                return { counter, derivedKey };
        }
    }

    async function solve() {
        const asked = now();
        const reply = await fetch(status.dataset.altcha,
            { cache: 'no-store' });
        if (!reply.ok)
            throw new Error(`status ${reply.status}`);
        const challenge = await reply.json();
        // By the server's clock, in case the browser's is wrong.
        const skew = asked - Date.parse(reply.headers.get('date')) / 1000;
        const started = performance.now();
        const solution = await search(challenge.parameters);
        solution.time = Math.round(performance.now() - started);
        field.value = btoa(JSON.stringify({ challenge, solution }));
        endsAt = challenge.parameters.expiresAt + (skew || 0) - SPARE_S;
    }

    const tell = (text) => {
        status.textContent = status.dataset[text];
    };
    const send = () => {
        const button = waiting;
        waiting = null;
        form.requestSubmit(button.form === form ? button : undefined);
    };

    function start() {
        field.value = '';
        tell('working');
        work = solve().then(() => tell('done'), () => tell('failed'))
            .finally(() => {
                work = null;
                if (waiting && field.value)
                    send();
                waiting = null;
            });
    }

    form.addEventListener('submit', (event) => {
        if (field.value && now() < endsAt)
            return;
        event.preventDefault();
        waiting = event.submitter ?? form;
        if (!work)
            start();
    });
    // An answer counts once: whoever comes back needs another.
    addEventListener('pageshow', (event) => {
        if (event.persisted || !work && !field.value)
            start();
    });
})();
