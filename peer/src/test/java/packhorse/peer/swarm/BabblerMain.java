package packhorse.peer.swarm;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import packhorse.core.content.Sha256;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.EngineBits;
import packhorse.core.message.v1.EngineEvent;
import packhorse.core.message.v1.Envelope;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** A swarm process that was taken over: listens, as it says, and then says what cannot be. */
final class BabblerMain {
    private BabblerMain() {}

    public static void main(String[] args) throws Exception {
        Envelope start = FrameCodec.read(System.in).orElseThrow();
        Endpoint ordered = start.getEngineCommand().getStart().getListen(0);
        say(EngineEvent.newBuilder().setListening(ordered.toBuilder().setPort(7100)));
        String what = start.getEngineCommand().getStart().getListen(0).getIp().toByteArray()[3] + "";
        // The last part of its address says in which way it lies.
        switch (what) {
            case "1" -> {
                System.out.write("I am no frame at all, and long enough to be one"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
                System.out.flush();
            }
            case "2" ->
                say(EngineEvent.newBuilder()
                        .setListening(EngineFields.endpoint(new PeerAddress(IpAddress.parse("127.30.9.9"), 7100))));
            case "3" -> {
                EngineEvent.Builder unknown = EngineEvent.newBuilder()
                        .setPiecesVerified(EngineBits.newBuilder()
                                .setPack(EngineFields.sha256(Sha256.of(new byte[] {1})))
                                .setBits(ByteString.copyFrom(new byte[100])));
                for (int i = 0; i < 10; i++) {
                    say(unknown);
                }
            }
            default -> {
                // Says nothing more, and answers nothing.
            }
        }
        System.in.transferTo(OutputStream.nullOutputStream());
    }

    private static void say(EngineEvent.Builder event) throws IOException {
        FrameCodec.write(
                System.out,
                Envelope.newBuilder()
                        .setVersion(FrameCodec.VERSION)
                        .setEngineEvent(event)
                        .build());
    }
}
