// A MaxMind database of one network (format 2.0), with a city and a country.
const bytes = (n, width) => Array.from({ length: width }, (_, i) =>
    (n / 2 ** (8 * (width - 1 - i))) & 255);
const text = (s) => [0x40 | s.length, ...Buffer.from(s)];
const map = (pairs) => [0xe0 | pairs.length,
    ...pairs.flatMap(([k, v]) => [...text(k), ...v])];
const number = (type, n, width) => [type << 5 | width, ...bytes(n, width)];

export function mmdb(network, bits, city, country) {
    const address = network.split('.').reduce((n, b) => n * 256 + +b, 0);
    const tree = [];
    for (let i = 0; i < bits; i++) {
        const next = i + 1 < bits ? i + 1 : bits + 16;
        const one = Math.floor(address / 2 ** (31 - i)) % 2 === 1;
        tree.push(...bytes(one ? bits : next, 3), ...bytes(one ? next : bits,
            3));
    }
    const data = map([
        ['city', map([['names', map([['en', text(city)]])]])],
        ['country', map([['iso_code', text(country)]])]
    ]);
    const facts = map([
        ['binary_format_major_version', number(5, 2, 2)],
        ['binary_format_minor_version', number(5, 0, 2)],
        ['build_epoch', [8, 2, ...bytes(1700000000, 8)]],
        ['database_type', text('Test-City')],
        ['description', map([['en', text('Test')]])],
        ['ip_version', number(5, 4, 2)],
        ['languages', [1, 4, ...text('en')]],
        ['node_count', number(6, bits, 4)],
        ['record_size', number(5, 24, 2)]
    ]);
    return Buffer.from([...tree, ...Array(16).fill(0), ...data,
        0xab, 0xcd, 0xef, ...Buffer.from('MaxMind.com'), ...facts]);
}
