using System.Diagnostics;
using System.Net;
using System.Text;
using Sillage.Benchmarks.Load;

namespace Sillage.Benchmarks.SocketIO.Clients;

/// <summary>
/// Many Socket.IO clients on the caller's thread: they connect by WebSocket alone, join a namespace, say perhaps one thing more,
/// answer pings, and pass on what they are told. Nothing is allocated for a message.
/// </summary>
/// <param name="server">Where.</param>
/// <param name="join">What each client says to join the namespace, by its number: the main one, without a token, by default.</param>
internal sealed class Crowd(IPEndPoint server, Func<int, string>? join = null) : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);
    private static readonly byte[] Pong = ClientFrame.Text("3");

    private readonly byte[] _request = Encoding.ASCII.GetBytes(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            + $"Host: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );

    private readonly Epoll _epoll = new();
    private readonly byte[] _buffer = GC.AllocateArray<byte>(256 * 1024, pinned: true);
    private readonly List<Member> _members = [];
    private readonly List<byte[]?> _entries = [];
    private int _inProgress;

    private enum Phase : byte
    {
        Upgrading,
        Opening,
        Joining,
        Entering,
        Ready,
        Gone,
    }

    public int Count => _members.Count;

    /// <summary>How many are where they want to be.</summary>
    public int Ready { get; private set; }

    /// <summary>How many connections the server ended.</summary>
    public int Lost { get; private set; }

    /// <summary>Heartbeats that were answered.</summary>
    public long Pongs { get; private set; }

    /// <summary>Called with the connection's number and the text of each event.</summary>
    public delegate void Hear(int member, ReadOnlySpan<byte> text);

    /// <summary>Adds clients and returns when all are where they want to be.</summary>
    /// <param name="count">How many.</param>
    /// <param name="enter">What each says once it has joined, and waits for an answer to; null for nothing.</param>
    /// <param name="atOnce">How many connect at a time.</param>
    /// <param name="patience">How long it may take.</param>
    public void Connect(int count, Func<int, string?> enter, int atOnce, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        var goal = Count + count;
        while (Ready + Lost < goal)
        {
            while (_inProgress < atOnce && Count < goal)
            {
                _entries.Add(enter(Count) is { } text ? ClientFrame.Text(text) : null);
                Begin();
            }

            Poll(Glance, null);
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                throw new InvalidOperationException($"Only {Ready} of {goal} clients came in, {Lost} were lost.");
            }
        }

        if (Lost > 0)
        {
            throw new InvalidOperationException($"{Lost} of {goal} clients were not let in.");
        }
    }

    /// <summary>Sends a frame for a client.</summary>
    public void Send(int member, ReadOnlySpan<byte> frame) => Epoll.Send(_members[member].Socket, frame);

    /// <summary>Reads what has come, once from each connection, or waits for something to come.</summary>
    public void Poll(TimeSpan patience, Hear? hear)
    {
        var count = _epoll.Wait(patience);
        for (var i = 0; i < count; i++)
        {
            var index = _epoll.Key(i);
            var member = _members[index];
            if (member.Phase is not Phase.Gone)
            {
                Read(index, member, hear);
            }
        }
    }

    public void Dispose()
    {
        foreach (var member in _members)
        {
            if (member.Phase is not Phase.Gone)
            {
                Epoll.Close(member.Socket);
            }
        }

        _epoll.Dispose();
    }

    private void Begin()
    {
        var member = new Member { Socket = Epoll.Connect(server) };
        Epoll.Send(member.Socket, _request);
        _epoll.Add(member.Socket, Count);
        _members.Add(member);
        _inProgress++;
    }

    private void Read(int index, Member member, Hear? hear)
    {
        // What is left of the last read, a part of a frame, stands before what comes now.
        member.Rest.AsSpan(0, member.RestLength).CopyTo(_buffer);
        var received = Epoll.Receive(member.Socket, _buffer.AsSpan(member.RestLength));
        if (received <= 0)
        {
            if (received == 0)
            {
                Lose(member);
            }

            return;
        }

        var bytes = _buffer.AsSpan(0, member.RestLength + received);
        if (member.Phase is Phase.Upgrading && !TryUpgrade(member, ref bytes))
        {
            member.Keep(bytes);
            return;
        }

        while (ClientFrame.TryRead(bytes, out var header, out var payload))
        {
            if (ClientFrame.IsClose(bytes[0]))
            {
                Lose(member);
                return;
            }

            Handle(index, member, bytes.Slice(header, payload), hear);
            bytes = bytes[(header + payload)..];
        }

        member.Keep(bytes);
    }

    private static bool TryUpgrade(Member member, ref Span<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        if (!bytes.StartsWith("HTTP/1.1 101"u8))
        {
            throw new InvalidOperationException(Encoding.ASCII.GetString(bytes[..end]));
        }

        bytes = bytes[(end + 4)..];
        member.Phase = Phase.Opening;
        return true;
    }

    private void Handle(int index, Member member, ReadOnlySpan<byte> text, Hear? hear)
    {
        switch (text[0])
        {
            case (byte)'2':
                Epoll.Send(member.Socket, Pong);
                Pongs++;
                break;
            case (byte)'0' when member.Phase is Phase.Opening:
                member.Phase = Phase.Joining;
                Epoll.Send(member.Socket, ClientFrame.Text(join?.Invoke(index) ?? "40"));
                break;
            case (byte)'4' when member.Phase is Phase.Joining:
                if (_entries[index] is { } entry)
                {
                    member.Phase = Phase.Entering;
                    Epoll.Send(member.Socket, entry);
                    _entries[index] = null;
                }
                else
                {
                    Arrive(member);
                }

                break;
            case (byte)'4' when member.Phase is Phase.Entering:
                Arrive(member);
                break;
            case (byte)'4':
                hear?.Invoke(index, text);
                break;
        }
    }

    private void Arrive(Member member)
    {
        member.Phase = Phase.Ready;
        Ready++;
        _inProgress--;
    }

    private void Lose(Member member)
    {
        if (member.Phase is Phase.Ready)
        {
            Ready--;
        }
        else
        {
            _inProgress--;
        }

        Epoll.Close(member.Socket);
        member.Phase = Phase.Gone;
        Lost++;
    }

    private sealed class Member
    {
        public required int Socket { get; init; }
        public Phase Phase { get; set; }
        public byte[] Rest { get; private set; } = [];
        public int RestLength { get; private set; }

        public void Keep(ReadOnlySpan<byte> bytes)
        {
            if (Rest.Length < bytes.Length)
            {
                Rest = new byte[Math.Max(bytes.Length, 512)];
            }

            bytes.CopyTo(Rest);
            RestLength = bytes.Length;
        }
    }
}
