package packhorse.console.law;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.AuditLink;
import packhorse.console.calendar.Timetable;
import packhorse.console.change.Actor;
import packhorse.console.change.Duties;
import packhorse.console.change.Outcome;
import packhorse.console.change.PlanApproval;
import packhorse.console.change.PlanApprovals;
import packhorse.console.change.RiskClass;
import packhorse.console.gate.Verdict;
import packhorse.console.law.SmallWorld.Setting;
import packhorse.console.law.SmallWorld.Trouble;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Attempts;
import packhorse.console.wave.Decision;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Heard;
import packhorse.console.wave.LeaseDesk;
import packhorse.console.wave.Member;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.View;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;
import packhorse.console.wave.WaveTally;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;

/** The bugs that somebody may write one day, each with the law that it breaks and the trouble it takes to show. */
enum PlantedBugs {
    DRAINED_IS_TAKEN_FOR_OVER(1) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                Deployment seen(Deployment deployment) {
                    return first(
                            deployment,
                            wave -> wave.state() == WaveState.DRAINING
                                    ? as(wave, WaveState.CLOSED, Optional.of(Verdict.PASS))
                                    : wave);
                }
            };
        }
    },
    FINISHED_IS_TAKEN_FOR_PASSED(2) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                Deployment seen(Deployment deployment) {
                    return first(
                            deployment,
                            wave -> wave.state() == WaveState.CLOSED
                                    ? as(wave, wave.state(), Optional.of(Verdict.PASS))
                                    : wave);
                }
            };
        }
    },
    TRIED_AGAIN_BEFORE_IT_ENDED(3) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                List<Decision> next(View view, Instant now) {
                    List<Decision> next = new ArrayList<>(super.next(view, now));
                    view.deployment()
                            .running()
                            .filter(wave -> wave.state() == WaveState.ACTIVE)
                            .ifPresent(wave -> next.add(0, new Decision.TryAgain(wave.id(), wave.state(), 1)));
                    return next;
                }

                @Override
                Optional<ActionId> again(Member member, RetryPolicy policy, long retried, long members) {
                    return member.latest()
                            .map(Action::id)
                            .filter(id -> id.attempt() == 1)
                            .map(ActionId::again);
                }
            };
        }
    },
    AMENDED_IS_TAKEN_FOR_SIGNED(4, Trouble.AMENDMENT) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                boolean signed(PlanApprovals approvals, Sha256 plan, RiskClass risk, Duties duties) {
                    return !approvals.all().isEmpty();
                }
            };
        }
    },
    THE_REQUESTER_MAY_SIGN(5) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                Outcome<PlanApprovals> sign(
                        PlanApprovals approvals, Sha256 plan, Duties duties, Actor actor, Instant now) {
                    Duties nobodys = new Duties(Set.of(), Set.of(), Set.of(), Set.of());
                    return approvals.sign(PlanApproval.Capacity.BOARD, plan, plan, "", nobodys, actor, now);
                }
            };
        }
    },
    ATTEMPTS_ARE_COUNTED_FOR_MEMBERS(6, Trouble.RETRY) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                WaveTally tally(Collection<Member> members, RetryPolicy policy, Instant now) {
                    WaveTally tally = super.tally(members, policy, now);
                    return sorted(tally, Sorting.REDISTRIBUTE, tally.retried());
                }
            };
        }
    },
    A_LATE_REPORT_WAKES_WHAT_WAS_OVER(7) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                Action heard(Action action, ActionState said, Optional<CodeClass> codeClass, Instant at) {
                    if (!action.givenUp()) {
                        return super.heard(action, said, codeClass, at);
                    }
                    Action awake = new Action(
                            action.id(),
                            action.endpoint(),
                            action.line(),
                            action.operation(),
                            ActionState.QUEUED,
                            action.changed(),
                            action.verified(),
                            Optional.empty(),
                            0,
                            action.leasedUntil(),
                            at,
                            false);
                    return Heard.of(awake, said, codeClass, 0, at).now();
                }
            };
        }
    },
    THE_WINDOW_IS_NOT_LOOKED_AT(8) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                LeaseDesk.Ruling rule(LeaseDesk.Standing standing, Instant now) {
                    return super.rule(alwaysOpen(standing), now);
                }
            };
        }
    },
    THE_LEASE_IS_NOT_PART_OF_THE_RUN(8) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                LeaseDesk.Ruling rule(LeaseDesk.Standing standing, Instant now) {
                    boolean fits = standing.timetable().fits(now, standing.run());
                    return super.rule(fits ? alwaysOpen(standing) : standing, now);
                }
            };
        }
    },
    A_HELD_DEPLOYMENT_GETS_LEASES(9, Trouble.HOLD) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                LeaseDesk.Ruling rule(LeaseDesk.Standing standing, Instant now) {
                    Deployment held = standing.deployment();
                    return super.rule(
                            new LeaseDesk.Standing(
                                    new Deployment(
                                            held.id(),
                                            held.state(),
                                            held.since(),
                                            held.plan(),
                                            List.of(),
                                            held.waves()),
                                    standing.action(),
                                    standing.signed(),
                                    standing.timetable(),
                                    standing.forcedBy(),
                                    standing.run(),
                                    standing.radius(),
                                    standing.unverified(),
                                    standing.population()),
                            now);
                }
            };
        }
    },
    AN_OLD_LEASE_STILL_COUNTS(9, Trouble.HOLD) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                boolean begins(Instant until, Instant now) {
                    return now.isBefore(until.plus(Duration.ofMinutes(10)));
                }
            };
        }
    },
    COMMITTED_UNSEEN(10) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                List<ActionState> goodEnd() {
                    return List.of(ActionState.COMMITTED);
                }
            };
        }
    },
    AN_EXPIRED_LEASE_FREES_THE_BLAST_RADIUS(11) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                boolean counts(Action action, Instant now) {
                    return action.underWay(now);
                }

                @Override
                boolean looksAtTheClock() {
                    return true;
                }
            };
        }
    },
    THE_CHAIN_GOES_ON_FROM_AN_OLD_HEAD(12) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                AuditLink record(AuditChain chain, AuditEntry entry) {
                    return new AuditChain(chain.number(), Sha256.of(new byte[] {0})).add(entry);
                }
            };
        }
    },
    ACKNOWLEDGED_BEFORE_IT_IS_STORED(13) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                boolean storesBeforeItAcknowledges() {
                    return false;
                }
            };
        }
    },
    BEGUN_AGAIN_AFTER_A_CRASH(13) {
        @Override
        Machinery machinery() {
            return forgetful();
        }
    },
    A_DRAINING_BETA_GROUP_IS_EVALUATED(1, Setting.BETA) {
        @Override
        Machinery machinery() {
            return DRAINED_IS_TAKEN_FOR_OVER.machinery();
        }
    },
    A_GO_WITHOUT_A_PASS(2, Setting.BETA) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                Deployment seen(Deployment deployment) {
                    boolean evaluated = deployment.state() == DeploymentState.BETA_EVALUATION;
                    return first(
                            deployment,
                            wave -> evaluated || wave.state() == WaveState.CLOSED
                                    ? as(wave, wave.state(), Optional.of(Verdict.PASS))
                                    : wave);
                }
            };
        }
    },
    TAKEN_BACK_TWICE_AT_ONCE(3, Setting.BACKOUT) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                List<Decision> next(View view, Instant now) {
                    List<Decision> next = new ArrayList<>(super.next(view, now));
                    view.deployment().waves().stream()
                            .filter(unused -> view.deployment().state() == DeploymentState.BACKOUT)
                            .forEach(wave -> next.add(0, new Decision.TakeBack(wave.id(), wave.state(), 1)));
                    return next;
                }

                @Override
                Optional<ActionId> nextBack(Attempts attempts, boolean recalled, Instant began) {
                    return attempts.last(Purpose.ROLL_BACK, 1)
                            .filter(action -> action.leasedUntil().isPresent())
                            .map(Action::id)
                            .filter(id -> id.attempt() == 1)
                            .map(ActionId::again)
                            .or(() -> super.nextBack(attempts, recalled, began));
                }
            };
        }
    },
    TAKEN_BACK_UNDER_A_PLAN_THAT_NOBODY_SIGNED(4, Setting.BACKOUT, Trouble.AMENDMENT) {
        @Override
        Machinery machinery() {
            return AMENDED_IS_TAKEN_FOR_SIGNED.machinery();
        }
    },
    TAKEN_BACK_IS_COUNTED_BESIDE_WHERE_IT_WAS(6, Setting.BACKOUT) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                WaveTally tally(Collection<Member> members, RetryPolicy policy, Instant now) {
                    long back = members.stream().filter(Member::takenBack).count();
                    return sorted(super.tally(members, policy, now), Sorting.ROLLBACK, back);
                }
            };
        }
    },
    AN_EXTENSION_IS_NOT_COUNTED(7, Setting.BETA, Trouble.EXTEND) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                Outcome<Deployment> extend(
                        Deployment deployment, WaveId id, int extensionsMax, Actor actor, Instant now) {
                    Wave wave = deployment.wave(id.number());
                    return super.extend(deployment, id, extensionsMax, actor, now)
                            .result()
                            .map(unused -> Outcome.moved(deployment.with(as(wave, WaveState.ACTIVE, Optional.empty()))))
                            .orElseGet(() -> Outcome.rejected("no"));
                }
            };
        }
    },
    A_LATE_REPORT_WAKES_A_ROLLBACK_THAT_WAS_GIVEN_UP(7, Setting.BACKOUT) {
        @Override
        Machinery machinery() {
            Machinery any = A_LATE_REPORT_WAKES_WHAT_WAS_OVER.machinery();
            return new Machinery() {
                @Override
                Action heard(Action action, ActionState said, Optional<CodeClass> codeClass, Instant at) {
                    return action.operation() == Operation.ROLLBACK
                            ? any.heard(action, said, codeClass, at)
                            : super.heard(action, said, codeClass, at);
                }
            };
        }
    },
    ROLLBACKS_BEGIN_WHENEVER_THEY_LIKE(8, Setting.BACKOUT) {
        @Override
        Machinery machinery() {
            return THE_WINDOW_IS_NOT_LOOKED_AT.machinery();
        }
    },
    ROLLBACKS_BEGIN_UNDER_A_HOLD(9, Setting.BACKOUT, Trouble.HOLD) {
        @Override
        Machinery machinery() {
            return A_HELD_DEPLOYMENT_GETS_LEASES.machinery();
        }
    },
    WHAT_COULD_NOT_BE_UNDONE_IS_NOT_COUNTED(11, Setting.TWO_WAVES, Trouble.BREAKAGE) {
        @Override
        Machinery machinery() {
            return new Machinery() {
                @Override
                boolean counts(Action action, Instant now) {
                    return action.state() != ActionState.UNDO_FAILED && super.counts(action, now);
                }
            };
        }
    },
    A_ROLLBACK_BEGINS_AGAIN_AFTER_A_CRASH(13, Setting.BACKOUT) {
        @Override
        Machinery machinery() {
            return forgetful();
        }
    };

    private final int law;
    private final Setting setting;
    private final Optional<Trouble> trouble;

    PlantedBugs(int law) {
        this(law, Setting.TWO_WAVES, Optional.empty());
    }

    PlantedBugs(int law, Trouble trouble) {
        this(law, Setting.TWO_WAVES, Optional.of(trouble));
    }

    PlantedBugs(int law, Setting setting) {
        this(law, setting, Optional.empty());
    }

    PlantedBugs(int law, Setting setting, Trouble trouble) {
        this(law, setting, Optional.of(trouble));
    }

    PlantedBugs(int law, Setting setting, Optional<Trouble> trouble) {
        this.law = law;
        this.setting = setting;
        this.trouble = trouble;
    }

    /** The law that it breaks. */
    int law() {
        return law;
    }

    /** What has to happen for it to show. */
    Set<Trouble> troubles() {
        return trouble.map(Set::of).orElse(Set.of());
    }

    /** Where it shows. */
    Setting setting() {
        return setting;
    }

    /** The product's, but for the bug. */
    abstract Machinery machinery();

    private static LeaseDesk.Standing alwaysOpen(LeaseDesk.Standing standing) {
        Timetable timetable = standing.timetable();
        return new LeaseDesk.Standing(
                standing.deployment(),
                standing.action(),
                standing.signed(),
                new Timetable(timetable.site(), timetable.zone(), timetable.windows(), List.of()),
                standing.forcedBy(),
                standing.run(),
                standing.radius(),
                standing.unverified(),
                standing.population());
    }

    private static Machinery forgetful() {
        return new Machinery() {
            @Override
            boolean remembersWhatItBegan() {
                return false;
            }
        };
    }

    private static WaveTally sorted(WaveTally tally, Sorting more, long by) {
        SortedMap<Sorting, Long> sorted = new TreeMap<>(tally.sorted());
        sorted.merge(more, by, Long::sum);
        return new WaveTally(
                tally.members(),
                sorted,
                tally.staged(),
                tally.underWay(),
                tally.unverified(),
                tally.retryable(),
                tally.waiting(),
                tally.retried(),
                tally.pending(),
                tally.excluded(),
                tally.sites());
    }

    private static Deployment first(Deployment deployment, UnaryOperator<Wave> change) {
        return deployment.with(change.apply(deployment.waves().getFirst()));
    }

    private static Wave as(Wave wave, WaveState state, Optional<Verdict> verdict) {
        return new Wave(
                wave.id(),
                state,
                wave.since(),
                wave.membership(),
                wave.members(),
                verdict,
                wave.evidence(),
                wave.waiver(),
                wave.extensions());
    }
}
