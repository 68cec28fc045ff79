namespace Sillage.Messaging.Presence;

/// <summary>What somebody is for others.</summary>
internal static class PresenceState
{
    public const string Online = "online";
    public const string Away = "away";
    public const string Offline = "offline";

    public static int RankOf(string state) =>
        state switch
        {
            Online => 2,
            Away => 1,
            _ => 0,
        };
}

/// <summary>What has to be written of somebody.</summary>
/// <param name="Account">Who.</param>
/// <param name="State">What their connections to this process come to.</param>
/// <param name="At">Since when.</param>
internal readonly record struct PresenceChange(Guid Account, string State, DateTimeOffset At);

/// <summary>
/// Who is connected to this process, by how many connections, and what of it is not written yet. What makes somebody less present waits a
/// while, as who changes the network is back in a moment; and of nobody is more written than a change in <see cref="Pace"/>.
/// </summary>
internal sealed class ConnectedPeople(TimeSpan linger, TimeProvider clock)
{
    /// <summary>The least time between two changes of one person.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Person> _people = [];
    private readonly HashSet<Guid> _unwritten = [];

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _people.Count == 0;
            }
        }
    }

    /// <summary>A connection is there, or has said whether it is away.</summary>
    /// <returns>What the person's connections to this process come to.</returns>
    public string Put(Guid account, string connection, bool isAway)
    {
        lock (_gate)
        {
            if (!_people.TryGetValue(account, out var person))
            {
                _people.Add(account, person = new Person());
            }

            person.Connections[connection] = isAway;
            Reckon(account, person);
            return person.State;
        }
    }

    /// <summary>A connection has ended.</summary>
    public void Remove(Guid account, string connection)
    {
        lock (_gate)
        {
            if (_people.TryGetValue(account, out var person) && person.Connections.Remove(connection))
            {
                Reckon(account, person);
            }
        }
    }

    /// <summary>What is to be written now.</summary>
    public IReadOnlyList<PresenceChange> Due(int most)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            return
            [
                .. _unwritten
                    .Where(account => _people[account].Due <= now)
                    .Take(most)
                    .Select(account => new PresenceChange(account, _people[account].State, _people[account].Since)),
            ];
        }
    }

    /// <summary>That was written. What has changed again meanwhile will be.</summary>
    public void OnWritten(IEnumerable<PresenceChange> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                if (_people.TryGetValue(change.Account, out var person))
                {
                    (person.Written, person.WrittenAt) = (change.State, clock.GetUtcNow());
                    Reckon(change.Account, person);
                }
            }
        }
    }

    /// <summary>Nothing of what was written is there any more: this process was taken for dead.</summary>
    public void ForgetWritten()
    {
        lock (_gate)
        {
            foreach (var (account, person) in _people.ToList())
            {
                (person.Written, person.WrittenAt) = (PresenceState.Offline, default);
                Reckon(account, person);
            }
        }
    }

    private void Reckon(Guid account, Person person)
    {
        var now = clock.GetUtcNow();
        var state =
            person.Connections.ContainsValue(false) ? PresenceState.Online
            : person.Connections.Count > 0 ? PresenceState.Away
            : PresenceState.Offline;
        if (state != person.State)
        {
            (person.State, person.Since) = (state, now);
        }

        if (state == person.Written)
        {
            _unwritten.Remove(account);
            if (state == PresenceState.Offline)
            {
                _people.Remove(account);
            }

            return;
        }

        var isLess = PresenceState.RankOf(state) < PresenceState.RankOf(person.Written);
        var after = isLess ? person.Since + linger : now;
        var paced = person.WrittenAt == default ? now : person.WrittenAt + Pace;
        person.Due = after > paced ? after : paced;
        _unwritten.Add(account);
    }

    private sealed class Person
    {
        /// <summary>By the connection, whether it is away.</summary>
        public Dictionary<string, bool> Connections { get; } = new(StringComparer.Ordinal);

        public string State { get; set; } = PresenceState.Offline;

        public DateTimeOffset Since { get; set; }

        public string Written { get; set; } = PresenceState.Offline;

        public DateTimeOffset WrittenAt { get; set; }

        public DateTimeOffset Due { get; set; }
    }
}
