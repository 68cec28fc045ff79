using Sillage.Benchmarks.SocketIO.Clients;

namespace Sillage.Benchmarks.SocketIO.Cases;

/// <summary>Clients spread evenly over rooms, and how many broadcasts are on their way at a time.</summary>
/// <param name="Connections">Clients.</param>
/// <param name="Rooms">Rooms.</param>
/// <param name="Outstanding">Broadcasts on their way, in all rooms together; each has its own sender.</param>
internal sealed record Audience(int Connections, int Rooms, int Outstanding)
{
    private const int AtOnce = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Described =>
        Rooms == 1
            ? $"{Connections:N0} clients in one room, {Outstanding} outstanding"
            : $"{Connections:N0} clients in {Rooms} rooms, {Outstanding} outstanding";

    public void Enter(Crowd crowd) => crowd.Connect(Connections, i => $"420[\"join\",\"{Room(i)}\"]", AtOnce, Patience);

    public Broadcasts Broadcasts(Crowd crowd) =>
        new(
            crowd,
            Enumerable
                .Range(0, Outstanding)
                .Select(i => (Sender: i % Rooms + i / Rooms * Rooms, Members: Connections / Rooms))
                .Select(place => (place.Sender, Room(place.Sender), place.Members))
        );

    private string Room(int client) => $"room-{client % Rooms}";
}
