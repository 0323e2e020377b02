package packhorse.peer.installer.engine;

import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.core.content.CodeClass;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.InstallEnd;
import packhorse.core.message.v1.InstallInPlace;
import packhorse.core.message.v1.InstallLine;
import packhorse.core.message.v1.InstallRecord;
import packhorse.core.message.v1.InstallStep;
import packhorse.core.message.v1.InstallTurn;
import packhorse.core.message.v1.InstallWait;
import packhorse.core.state.ActionState;
import packhorse.peer.install.Entry;
import packhorse.peer.install.Line;
import packhorse.peer.install.Step;

/**
 * Entries of the journal as messages, and back. Reading throws an {@link IllegalArgumentException} that says what cannot be meant: an
 * entry of a later version is one of those, because going on without knowing it would be guessing.
 */
final class EntryCodec {
    private EntryCodec() {}

    static Envelope write(Entry entry) {
        InstallRecord.Builder message =
                InstallRecord.newBuilder().setAtMillis(entry.at().toEpochMilli());
        if (entry instanceof Entry.OfTransaction of) {
            message.setTransaction(of.transaction());
        }
        switch (entry) {
            case Entry.Began began -> message.setBegan(InstallFields.write(began.task()));
            case Entry.Told told -> message.setTold(InstallFields.write(told.task()));
            case Entry.Started started -> message.setStarted(write(started.step()));
            case Entry.Done done ->
                message.setDone(write(done.step()).toBuilder()
                        .setCode(done.code())
                        .setBoot(done.boot().orElse("")));
            case Entry.Turned turned ->
                message.setTurned(InstallTurn.newBuilder()
                        .setState(turned.state().number())
                        .setWhy(InstallFields.text(turned.why()))
                        .setCode(turned.code())
                        .setCodeClass(number(turned.codeClass())));
            case Entry.Waited waited ->
                message.setWaited(InstallWait.newBuilder()
                        .setGate(InstallFields.number(waited.gate()))
                        .setDetail(InstallFields.text(waited.detail())));
            case Entry.Ended ended ->
                message.setEnded(InstallEnd.newBuilder()
                        .setState(ended.state().number())
                        .setDetail(InstallFields.text(ended.detail()))
                        .setCode(ended.code())
                        .setCodeClass(number(ended.codeClass())));
            case Entry.Settled settled -> message.setSettled(InstallFields.write(settled.status()));
            case Entry.Stands stands -> message.setStands(write(stands.line()));
        }
        return Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setInstallRecord(message)
                .build();
    }

    static Entry read(Envelope envelope) {
        if (!envelope.hasInstallRecord()) {
            throw new IllegalArgumentException("a " + envelope.getBodyCase() + " stands among the entries");
        }
        InstallRecord message = envelope.getInstallRecord();
        Instant at = Instant.ofEpochMilli(message.getAtMillis());
        long transaction = message.getTransaction();
        return switch (message.getWhatCase()) {
            case BEGAN -> new Entry.Began(transaction, at, InstallFields.read(message.getBegan()));
            case TOLD -> new Entry.Told(transaction, at, InstallFields.read(message.getTold()));
            case STARTED -> new Entry.Started(transaction, at, read(message.getStarted()));
            case DONE ->
                new Entry.Done(
                        transaction,
                        at,
                        read(message.getDone()),
                        message.getDone().getCode(),
                        Optional.of(message.getDone().getBoot()).filter(boot -> !boot.isEmpty()));
            case TURNED ->
                new Entry.Turned(
                        transaction,
                        at,
                        ActionState.of(message.getTurned().getState()),
                        message.getTurned().getWhy(),
                        message.getTurned().getCode(),
                        StateCodec.codeClass(message.getTurned().getCodeClass()));
            case WAITED ->
                new Entry.Waited(
                        transaction,
                        at,
                        InstallFields.gate(message.getWaited().getGate())
                                .orElseThrow(() -> new IllegalArgumentException("it waits for nothing")),
                        message.getWaited().getDetail());
            case ENDED ->
                new Entry.Ended(
                        transaction,
                        at,
                        ActionState.of(message.getEnded().getState()),
                        message.getEnded().getDetail(),
                        message.getEnded().getCode(),
                        StateCodec.codeClass(message.getEnded().getCodeClass()));
            case SETTLED -> new Entry.Settled(at, InstallFields.read(message.getSettled()));
            case STANDS -> new Entry.Stands(at, read(message.getStands()));
            case WHAT_NOT_SET ->
                throw new IllegalArgumentException("an entry that this version does not know; update Packhorse");
        };
    }

    private static int number(Optional<CodeClass> codeClass) {
        return codeClass.map(CodeClass::number).orElse(0);
    }

    private static InstallStep write(Step step) {
        return InstallStep.newBuilder()
                .setKind(step.kind().number())
                .setMember(step.member())
                .build();
    }

    private static Step read(InstallStep message) {
        return new Step(Step.Kind.of(message.getKind()), message.getMember());
    }

    private static InstallLine write(Line line) {
        InstallLine.Builder message = InstallLine.newBuilder()
                .setCurrent(write(line.current()))
                .setTrouble(InstallFields.text(line.trouble()));
        line.previous().ifPresent(previous -> message.setPrevious(write(previous)));
        return message.build();
    }

    private static Line read(InstallLine message) {
        Line.InPlace current = read(message.getCurrent());
        return new Line(
                Line.Name.of(current.member().release()),
                current,
                message.hasPrevious() ? Optional.of(read(message.getPrevious())) : Optional.empty(),
                message.getTrouble());
    }

    private static InstallInPlace write(Line.InPlace inPlace) {
        return InstallInPlace.newBuilder()
                .setMember(InstallFields.write(inPlace.member()))
                .setHome(inPlace.home())
                .setMendDrift(inPlace.mendDrift())
                .putAllVariables(inPlace.variables())
                .build();
    }

    private static Line.InPlace read(InstallInPlace message) {
        return new Line.InPlace(
                InstallFields.read(message.getMember()),
                message.getHome(),
                message.getMendDrift(),
                new TreeMap<>(message.getVariablesMap()));
    }
}
