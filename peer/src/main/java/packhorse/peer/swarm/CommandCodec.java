package packhorse.peer.swarm;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import packhorse.core.content.Torrents;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.message.v1.EngineAdd;
import packhorse.core.message.v1.EngineCommand;
import packhorse.core.message.v1.EngineHurry;
import packhorse.core.message.v1.EngineLimits;
import packhorse.core.message.v1.EngineOpen;
import packhorse.core.message.v1.EnginePack;
import packhorse.core.message.v1.EnginePeers;
import packhorse.core.message.v1.EnginePrefixes;
import packhorse.core.message.v1.EngineRelocate;
import packhorse.core.message.v1.EngineShares;
import packhorse.core.message.v1.EngineStart;
import packhorse.core.message.v1.Prefix;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;

/**
 * Commands as messages, and back. A proof does not travel: the other end gets a torrent's bytes and what the verified manifest
 * says of it, and proves anew. A torrent longer than a frame goes ahead of its command in parts.
 */
final class CommandCodec {
    /** One part of a torrent; four of them fit into a frame. */
    private static final int PART_BYTES = 1 << 20;
    /** The torrent of 1.2 TiB; more would not fit into a small heap several times over, as proving one needs. */
    static final int TORRENT_BYTES_MAX = 16 << 20;

    private CommandCodec() {}

    /** A start message: everything of the configuration that no later command can say. */
    static EngineCommand start(SwarmConfig config, String data) {
        EngineStart.Builder start = EngineStart.newBuilder()
                .setData(data)
                .setPollMillis(config.poll().toMillis())
                .setStarvationMillis(config.starvation().toMillis());
        config.listen().forEach(listen -> start.addListen(EngineFields.listen(listen)));
        config.open()
                .ifPresent(open -> start.setOpenListen(EngineFields.listen(open.listen()))
                        .setOpenUpBytesPerSecond(number(open.up())));
        return EngineCommand.newBuilder().setStart(start).build();
    }

    /** @throws IllegalArgumentException when it says what cannot be */
    static SwarmConfig start(EngineStart start) {
        return new SwarmConfig(
                start.getListenList().stream().map(EngineFields::listen).toList(),
                List.of(),
                SwarmCommand.RateLimits.NONE,
                start.hasOpenListen()
                        ? Optional.of(new SwarmConfig.Open(
                                EngineFields.listen(start.getOpenListen()), rate(start.getOpenUpBytesPerSecond())))
                        : Optional.empty(),
                Duration.ofMillis(start.getPollMillis()),
                Duration.ofMillis(start.getStarvationMillis()));
    }

    /**
     * What to send for a command, in order.
     *
     * @param path how the process at the other end names a directory
     */
    static List<EngineCommand> encode(SwarmCommand command, Function<Path, String> path) {
        EngineCommand.Builder one = EngineCommand.newBuilder();
        List<EngineCommand> all = new ArrayList<>();
        switch (command) {
            case SwarmCommand.Add add ->
                one.setAdd(EngineAdd.newBuilder()
                        .setTorrent(torrent(add.torrent(), all))
                        .setPack(EngineFields.pack(add.torrent().pack()))
                        .setDirectory(path.apply(add.directory()))
                        .setComplete(add.complete()));
            case SwarmCommand.ServeOpen serve ->
                one.setOpen(EngineOpen.newBuilder()
                        .setTorrent(torrent(serve.torrent(), all))
                        .setPack(EngineFields.pack(serve.torrent().pack()))
                        .setDirectory(path.apply(serve.directory())));
            case SwarmCommand.WithdrawOpen withdraw -> one.setCloseOpen(EngineFields.sha256(withdraw.pack()));
            case SwarmCommand.Peers peers -> {
                EnginePeers.Builder told = EnginePeers.newBuilder().setPack(EngineFields.sha256(peers.pack()));
                peers.connect().forEach(peer -> told.addConnect(EngineFields.endpoint(peer)));
                peers.allow()
                        .forEach(ip -> told.addAllow(
                                packhorse.core.message.v1.Endpoint.newBuilder().setIp(EngineFields.ip(ip))));
                one.setPeers(told);
            }
            case SwarmCommand.Shares shares ->
                one.setShares(EngineShares.newBuilder()
                        .setPack(EngineFields.sha256(shares.pack()))
                        .setIndex(shares.index())
                        .setCount(shares.count()));
            case SwarmCommand.Hurry hurry ->
                one.setHurry(EngineHurry.newBuilder()
                        .setPack(EngineFields.sha256(hurry.pack()))
                        .setFirst(hurry.first())
                        .setLast(hurry.last()));
            case SwarmCommand.Limits(SwarmCommand.RateLimits rates) ->
                one.setLimits(EngineLimits.newBuilder()
                        .setWanDown(number(rates.wanDown()))
                        .setWanUp(number(rates.wanUp()))
                        .setPackDown(number(rates.eachPackDown()))
                        .setPackUp(number(rates.eachPackUp())));
            case SwarmCommand.LocalPrefixes local -> {
                EnginePrefixes.Builder prefixes = EnginePrefixes.newBuilder();
                local.subnets()
                        .forEach(subnet -> prefixes.addLocal(Prefix.newBuilder()
                                .setIp(EngineFields.ip(subnet.base()))
                                .setLength(subnet.prefixLength())));
                one.setPrefixes(prefixes);
            }
            case SwarmCommand.Relocate relocate ->
                one.setRelocate(EngineRelocate.newBuilder()
                        .setPack(EngineFields.sha256(relocate.pack()))
                        .setDirectory(path.apply(relocate.directory())));
            case SwarmCommand.Remove remove -> one.setRemove(EngineFields.sha256(remove.pack()));
            case SwarmCommand.Forgive forgive -> one.setForgive(EngineFields.sha256(forgive.pack()));
        }
        all.add(one.build());
        return all;
    }

    private static ByteString torrent(VerifiedTorrent torrent, List<EngineCommand> before) {
        ByteString bytes = ByteString.copyFrom(torrent.bytes());
        int at = 0;
        while (bytes.size() - at > PART_BYTES) {
            before.add(EngineCommand.newBuilder()
                    .setTorrentPart(bytes.substring(at, at + PART_BYTES))
                    .build());
            at += PART_BYTES;
        }
        return bytes.substring(at);
    }

    private static long number(Optional<ByteRate> rate) {
        return rate.map(ByteRate::bytesPerSecond).orElse(0L);
    }

    private static Optional<ByteRate> rate(long bytesPerSecond) {
        return bytesPerSecond == 0 ? Optional.empty() : Optional.of(new ByteRate(bytesPerSecond));
    }

    /** Puts commands together again from the messages of one sender. */
    static final class Reader {
        private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

        /**
         * The command of the next message; empty where that is a part of one, or no command of the engine's.
         *
         * @throws IllegalArgumentException when it says what cannot be
         * @throws packhorse.core.content.BadContentException when a torrent is not the one that its pack names
         */
        Optional<SwarmCommand> read(EngineCommand message) {
            return switch (message.getWhatCase()) {
                case TORRENT_PART -> {
                    gather(message.getTorrentPart());
                    yield Optional.empty();
                }
                case ADD -> {
                    EngineAdd add = message.getAdd();
                    yield Optional.of(new SwarmCommand.Add(
                            proven(add.getTorrent(), add.getPack()), Path.of(add.getDirectory()), add.getComplete()));
                }
                case OPEN -> {
                    EngineOpen open = message.getOpen();
                    yield Optional.of(new SwarmCommand.ServeOpen(
                            proven(open.getTorrent(), open.getPack()), Path.of(open.getDirectory())));
                }
                case CLOSE_OPEN ->
                    Optional.of(new SwarmCommand.WithdrawOpen(EngineFields.sha256(message.getCloseOpen())));
                case PEERS -> {
                    EnginePeers peers = message.getPeers();
                    yield Optional.of(new SwarmCommand.Peers(
                            EngineFields.sha256(peers.getPack()),
                            peers.getConnectList().stream()
                                    .map(EngineFields::endpoint)
                                    .toList(),
                            peers.getAllowList().stream()
                                    .map(allow -> EngineFields.ip(allow.getIp()))
                                    .toList()));
                }
                case SHARES -> {
                    EngineShares shares = message.getShares();
                    yield Optional.of(new SwarmCommand.Shares(
                            EngineFields.sha256(shares.getPack()), shares.getIndex(), shares.getCount()));
                }
                case HURRY -> {
                    EngineHurry hurry = message.getHurry();
                    yield Optional.of(new SwarmCommand.Hurry(
                            EngineFields.sha256(hurry.getPack()), hurry.getFirst(), hurry.getLast()));
                }
                case LIMITS -> {
                    EngineLimits limits = message.getLimits();
                    yield Optional.of(new SwarmCommand.Limits(new SwarmCommand.RateLimits(
                            rate(limits.getWanDown()),
                            rate(limits.getWanUp()),
                            rate(limits.getPackDown()),
                            rate(limits.getPackUp()))));
                }
                case PREFIXES ->
                    Optional.of(new SwarmCommand.LocalPrefixes(message.getPrefixes().getLocalList().stream()
                            .map(prefix -> new Subnet(EngineFields.ip(prefix.getIp()), prefix.getLength()))
                            .toList()));
                case RELOCATE -> {
                    EngineRelocate relocate = message.getRelocate();
                    yield Optional.of(new SwarmCommand.Relocate(
                            EngineFields.sha256(relocate.getPack()), Path.of(relocate.getDirectory())));
                }
                case REMOVE -> Optional.of(new SwarmCommand.Remove(EngineFields.sha256(message.getRemove())));
                case FORGIVE -> Optional.of(new SwarmCommand.Forgive(EngineFields.sha256(message.getForgive())));
                case START, ALIVE, STOP, WHAT_NOT_SET -> Optional.empty();
            };
        }

        private void gather(ByteString part) {
            if (parts.size() + part.size() > TORRENT_BYTES_MAX) {
                throw new IllegalArgumentException("a torrent of more than " + TORRENT_BYTES_MAX + " bytes");
            }
            parts.writeBytes(part.toByteArray());
        }

        private VerifiedTorrent proven(ByteString end, EnginePack pack) {
            gather(end);
            byte[] torrent = parts.toByteArray();
            parts.reset();
            return Torrents.check(EngineFields.pack(pack), torrent);
        }
    }
}
