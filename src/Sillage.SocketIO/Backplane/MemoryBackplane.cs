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
