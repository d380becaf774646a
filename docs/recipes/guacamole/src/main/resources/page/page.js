import { duplexTunnel } from './duplex-tunnel.js';

const client = new Guacamole.Client(duplexTunnel('/tunnel'));
document.querySelector('main').append(client.getDisplay().getElement());
client.onname = (name) => (document.title = name);
client.onerror = (status) => (document.querySelector('[role=alert]').textContent = status.message);

const keyboard = new Guacamole.Keyboard(document);
keyboard.onkeydown = (key) => client.sendKeyEvent(1, key);
keyboard.onkeyup = (key) => client.sendKeyEvent(0, key);
const mouse = new Guacamole.Mouse(client.getDisplay().getElement());
mouse.onEach(['mousedown', 'mousemove', 'mouseup'], (event) => client.sendMouseState(event.state, true));

client.connect();
