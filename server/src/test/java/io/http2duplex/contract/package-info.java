/**
 * Tests of the contract: what an application may rely on, over a simulated connection and over every real one. The other
 * kinds: {@code wire} (the server by real connections, frame by frame), {@code attack}, {@code architecture} (which
 * package may know which), {@code documents} (documents against the code), and unit tests beside what they test.
 */
package io.http2duplex.contract;
