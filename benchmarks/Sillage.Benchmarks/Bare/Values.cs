using System.Text;
using Sillage.Benchmarks.Load;

namespace Sillage.Benchmarks.Bare;

/// <summary>Ready-made column values of the same plays that are sent to the servers.</summary>
internal sealed class Values
{
    private const int Participants = 16;
    private readonly Value[] _values =
    [
        .. Play.Some(1024, seed: 1)
            .Select(
                (play, i) =>
                    new Value(
                        1 + i % Participants,
                        Encoding.UTF8.GetBytes($"session-{i % Participants}"),
                        Encoding.UTF8.GetBytes(play.Type),
                        Encoding.UTF8.GetBytes(play.Data)
                    )
            ),
    ];

    private int _next;

    public Value Next() => _values[_next++ % _values.Length];

    public sealed record Value(long Participant, byte[] Session, byte[] Name, byte[] Data)
    {
        public string SessionText { get; } = Encoding.UTF8.GetString(Session);

        public string NameText { get; } = Encoding.UTF8.GetString(Name);

        public string DataText { get; } = Encoding.UTF8.GetString(Data);
    }
}
