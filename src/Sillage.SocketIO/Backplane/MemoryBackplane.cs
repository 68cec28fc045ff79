namespace Sillage.SocketIO.Backplane;

/// <summary>Connects servers of one process: for tests, and for an application that maps several.</summary>
public sealed class MemoryBackplane
{
    private readonly Lock _gate = new();
    private Link[] _links = [];

    /// <summary>A server's end of it.</summary>
    public IBackplane CreateLink() => new Link(this);

    private sealed class Link(MemoryBackplane hub) : IBackplane
    {
        private IBackplaneNode? _node;

        public ValueTask JoinClusterAsync(IBackplaneNode node, CancellationToken cancellation)
        {
            lock (hub._gate)
            {
                _node = node;
                hub._links = [.. hub._links, this];
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask LeaveClusterAsync(IBackplaneNode node)
        {
            lock (hub._gate)
            {
                _node = null;
                hub._links = [.. hub._links.Where(l => l != this)];
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask BroadcastAsync(string @namespace, BackplaneTarget target, BackplaneEvent message) =>
            Each(n => n.OnBroadcast(@namespace, target, message));

        public ValueTask JoinAsync(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
            Each(n => n.OnJoin(@namespace, target, rooms));

        public ValueTask LeaveAsync(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
            Each(n => n.OnLeave(@namespace, target, rooms));

        public ValueTask DisconnectAsync(string @namespace, BackplaneTarget target, bool close) =>
            Each(n => n.OnDisconnect(@namespace, target, close));

        public ValueTask EnterNamespaceAsync(string @namespace) => default;

        public ValueTask ExitNamespaceAsync(string @namespace) => default;

        public ValueTask BroadcastWithAckAsync(
            string @namespace,
            BackplaneTarget target,
            BackplaneEvent message,
            TimeSpan timeout,
            IBackplaneAnswers answers
        )
        {
            var others = Others();
            answers.OnProcesses(others.Length);
            foreach (var node in others)
            {
                node.OnBroadcastWithAck(@namespace, target, message, timeout, answers.OnClients, answers.OnAnswer);
            }

            return ValueTask.CompletedTask;
        }

        public Task<IReadOnlyList<BackplaneSocket>> FetchSocketsAsync(
            string @namespace,
            BackplaneTarget target,
            CancellationToken cancellation
        ) =>
            Task.FromResult<IReadOnlyList<BackplaneSocket>>([
                .. Others().SelectMany(n => n.OnFetchSockets(@namespace, target)),
            ]);

        public ValueTask ServerSideEmitAsync(string @namespace, BackplaneEvent message) =>
            Each(n => _ = n.OnServerSideEmitAsync(@namespace, message).AsTask());

        public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ServerSideEmitWithAckAsync(
            string @namespace,
            BackplaneEvent message,
            CancellationToken cancellation
        )
        {
            var answers = new List<ReadOnlyMemory<byte>>();
            foreach (var node in Others())
            {
                answers.Add(
                    await node.OnServerSideEmitAsync(@namespace, message).AsTask().WaitAsync(cancellation)
                        ?? throw new TimeoutException("A process does not handle the event.")
                );
            }

            return answers;
        }

        private IBackplaneNode[] Others() =>
            [.. hub._links.Where(l => l != this).Select(l => l._node).OfType<IBackplaneNode>()];

        private ValueTask Each(Action<IBackplaneNode> tell)
        {
            foreach (var link in hub._links)
            {
                if (link != this && link._node is { } node)
                {
                    tell(node);
                }
            }

            return ValueTask.CompletedTask;
        }
    }
}
