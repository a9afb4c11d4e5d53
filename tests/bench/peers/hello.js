// hello.js - the dialogue as one writes it for Node: an event for what was
// received, one write for all the answers to it.
//
// usage: node hello.js PORT | node hello.js PATH
'use strict';

const net = require('net');

const server = net.createServer((socket) => {
	let rest = '';

	socket.setEncoding('utf8');
	socket.setNoDelay(true);
	socket.on('error', () => socket.destroy());
	socket.write('Welcome!');
	socket.on('data', (data) => {
		const lines = (rest + data).split('\n');
		let answers = '';

		rest = lines.pop();
		for (const name of lines) {
			if (name === 'exit') {
				socket.end(answers);
				return;
			}
			answers += `Hello, ${name}!\n`;
		}
		if (answers)
			socket.write(answers);
	});
});

const where = process.argv[2];
server.listen(where.startsWith('/') ? {path: where, backlog: 4096}
	: {host: '127.0.0.1', port: Number(where), backlog: 4096});
