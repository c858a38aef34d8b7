import type { ConnectionState } from '../../app/connection';
import type { ProfilesFrame } from '../../app/contract';
import type { DamagedHistory } from '../../app/contract-manage';
import type { ViewOpeners } from '../../app/rpc/server';
import type { SecretName } from '../../app/secret';
import type { Clock } from './clock';
import type { EngineCore } from './engine-core';
import type { Surroundings } from './mqtt/surroundings';
import type { ProfileRuntime } from './profile-runtime';
import { ComparisonView } from './views/comparison-view';
import { DecodedPreviews } from './views/decoded-previews';
import { DecodingView } from './views/decoding-view';
import { JobsView, RequestView, SendingView, TemplatesView } from './views/desk-views';
import { DoctorView } from './views/doctor-view';
import { FileJobView } from './views/file-job-view';
import { ProfilesView, PublishesView, StatusView } from './views/list-views';
import { MessagesView } from './views/messages-view';
import { PacketsView } from './views/packets-view';
import { PanelsView } from './views/panels-view';
import { PastView, RecordingsView } from './views/past-views';
import { ReplayView } from './views/replay-view';
import { RetainedView } from './views/retained-view';
import { SeriesView } from './views/series-view';
import { TimelineView } from './views/timeline-view';
import { TopicView } from './views/topic-view';
import { SystemView, TrafficView } from './views/traffic-view';
import { TreeView } from './views/tree-view';

/** What views need that the engine shows nobody else. */
export interface ViewNeeds {
  readonly clock: Clock;
  readonly secret: (profileId: string, name: SecretName) => Promise<string | undefined>;
  readonly surroundings: () => Surroundings;
  /** Counted up with each change of the list of profiles. */
  readonly listVersion: () => number;
  readonly list: () => ProfilesFrame;
  readonly damaged: () => DamagedHistory | null;
  /** Null for a profile that is not in use. */
  readonly stateOf: (profileId: string) => ConnectionState | null;
}

/** How each view of the contract is opened. */
export function viewOpeners(engine: EngineCore, needs: ViewNeeds): ViewOpeners {
  const runtime = engine.runtime.bind(engine);
  const nowUs = (): number => needs.clock.nowUs();
  return {
    profiles: () => new ProfilesView(needs.listVersion, needs.list),
    status: ({ profileId }) => new StatusView(runtime(profileId)),
    tree: (params) => {
      const { profileId } = params;
      const opened = runtime(profileId);
      readySoon(engine, opened);
      return new TreeView(opened, params, new DecodedPreviews(engine.decoding, profileId));
    },
    topic: (params) => new TopicView(runtime(params.profileId), params),
    series: (params) =>
      new SeriesView(engine.charts, runtime(params.source.profileId), nowUs, params),
    charts: (params) => new PanelsView((id) => engine.charts.panels.panels(id), params),
    timeline: (params) => {
      const marks = () => engine.memory.marks(params.profileId);
      return new TimelineView({ runtime: runtime(params.profileId), nowUs, marks }, params);
    },
    comparison: (params) => new ComparisonView(runtime(params.profileId).past, params),
    past: ({ profileId }) => new PastView(runtime(profileId)),
    recordings: () =>
      new RecordingsView(() => ({
        recordings: engine.recordings.summaries,
        damaged: needs.damaged(),
      })),
    decoding: () => new DecodingView(engine.decoding),
    templates: () => new TemplatesView(engine.desk),
    jobs: () => new JobsView(engine.desk),
    request: (params) => new RequestView(engine.desk, params),
    sending: ({ profileId }) => new SendingView(runtime(profileId)),
    fileJob: (params) => new FileJobView(engine.files, params),
    doctor: (params) => {
      const { secret, stateOf } = needs;
      return new DoctorView({ secret, computer: needs.surroundings(), state: stateOf }, params);
    },
    replay: () => new ReplayView(engine.replay),
    publishes: ({ profileId }) => new PublishesView(runtime(profileId)),
    packets: (params) => new PacketsView(runtime(params.profileId).packets, params),
    retained: (params) => new RetainedView(engine.retainedOf(runtime(params.profileId)), params),
    traffic: (params) => new TrafficView(runtime(params.profileId).traffic, params),
    system: ({ profileId }) => {
      const { traffic, tree } = runtime(profileId);
      return new SystemView(traffic, () => String(tree.node('$SYS')?.latestId ?? 0));
    },
    messages: (params) => new MessagesView(runtime(params.search.selection.profileId), params),
  };
}

/** Opening a tree has better to do at first than to start threads. */
const READY_MS = 2_000;

/** A person who opens a tree will look into a topic: what reads its past is there by then. */
function readySoon(engine: EngineCore, { history }: ProfileRuntime): void {
  setTimeout(() => {
    history.getReady();
    engine.charts.getReady();
  }, READY_MS).unref();
}
