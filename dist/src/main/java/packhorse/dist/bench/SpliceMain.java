package packhorse.dist.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * What carrying bytes through one more process costs, and nothing else: {@code ADDRESS TARGET-PORT} listens, says {@code port N}, and
 * joins every connection with one to the target port of the same address, with a thread and 256 KiB each way. Reads its first
 * line of input before, which is the port to go to; the end of the input is the end of the program.
 */
final class SpliceMain {
    private static final int BUFFER = 256 << 10;

    private SpliceMain() {}

    public static void main(String[] args) throws IOException {
        InetSocketAddress target = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        ServerSocketChannel door = ServerSocketChannel.open().bind(new InetSocketAddress(args[0], 0));
        System.out.println("port " + door.socket().getLocalPort());
        Thread.ofPlatform().daemon().name("splice-doors").start(() -> serve(door, target));
        int last = System.in.read();
        while (last >= 0) {
            last = System.in.read();
        }
    }

    private static void serve(ServerSocketChannel door, InetSocketAddress target) {
        try {
            while (door.isOpen()) {
                SocketChannel here = door.accept();
                SocketChannel there = SocketChannel.open(target);
                Thread.ofPlatform().daemon().name("splice-out").start(() -> copy(here, there));
                Thread.ofPlatform().daemon().name("splice-in").start(() -> copy(there, here));
            }
        } catch (IOException e) {
            System.err.println("splice: " + e.getMessage());
        }
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try (from;
                to) {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    int written = to.write(buffer);
                    assert written >= 0;
                }
                buffer.clear();
            }
        } catch (IOException e) {
            // One side hung up; closing both tells the other.
        }
    }
}
