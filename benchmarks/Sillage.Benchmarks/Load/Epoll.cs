using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sillage.Benchmarks.Load;

/// <summary>
/// Sockets as Linux has them, for a client of thousands of connections on one thread: one call tells which have something
/// to read, one reads it. The framework's sockets would take several times the processor time, of which the server under
/// test has need.
/// </summary>
internal sealed unsafe partial class Epoll : IDisposable
{
    private const int MostEvents = 512;
    private const int ControlAdd = 1;
    private const int ControlModify = 3;
    private const uint Readable = 1;
    private const uint Writable = 4;
    private const int Stream = 1;
    private const int NonBlocking = 0x800;
    private const int NoSignal = 0x4000;
    private const int Tcp = 6;
    private const int NoDelay = 1;
    private const int TryAgain = 11;
    private const int Interrupted = 4;
    private const int InProgress = 115;

    // The kernel packs struct epoll_event on x86-64 and nowhere else.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture is Architecture.X64;
    private static readonly int EventSize = IsPacked ? 12 : 16;
    private static readonly int DataOffset = IsPacked ? 4 : 8;

    private readonly byte[] _events = GC.AllocateArray<byte>(MostEvents * 16, pinned: true);
    private readonly int _epoll = Check(EpollCreate(0));

    /// <summary>Begins to connect.</summary>
    /// <returns>The socket's number.</returns>
    public static int Connect(IPEndPoint address)
    {
        var socket = Check(Socket((int)AddressFamily.InterNetwork, Stream | NonBlocking, 0));
        var on = 1;
        _ = SetOption(socket, Tcp, NoDelay, &on, sizeof(int));

        // struct sockaddr_in: family, port and address, the latter two in network order.
        Span<byte> name = stackalloc byte[16];
        BitConverter.TryWriteBytes(name, (ushort)AddressFamily.InterNetwork);
        BinaryPrimitives.WriteUInt16BigEndian(name[2..], (ushort)address.Port);
        address.Address.TryWriteBytes(name[4..], out _);
        fixed (byte* pointer = name)
        {
            // On the loopback the handshake is over when the call returns.
            return Connect(socket, pointer, 16) == 0 || Marshal.GetLastPInvokeError() is InProgress
                ? socket
                : throw Failure("connect");
        }
    }

    /// <summary>Tells of a socket from now on whenever it has something to read.</summary>
    /// <param name="socket">The socket's number.</param>
    /// <param name="key">What <see cref="Wait"/> calls it.</param>
    public void Add(int socket, int key) => Control(ControlAdd, socket, key, Readable);

    /// <summary>Tells of a socket that was added also when it has room to write, or no longer does.</summary>
    public void Change(int socket, int key, bool tellOfRoom) =>
        Control(ControlModify, socket, key, tellOfRoom ? Readable | Writable : Readable);

    private void Control(int operation, int socket, int key, uint events)
    {
        Span<byte> description = stackalloc byte[16];
        BitConverter.TryWriteBytes(description, events);
        BitConverter.TryWriteBytes(description[DataOffset..], (long)key);
        fixed (byte* pointer = description)
        {
            Check(EpollControl(_epoll, operation, socket, pointer));
        }
    }

    /// <summary>Waits for sockets that have something to read.</summary>
    /// <returns>How many there are; <see cref="Key"/> names them.</returns>
    public int Wait(TimeSpan patience)
    {
        // struct timespec: seconds and nanoseconds.
        var time = stackalloc long[2]
        {
            patience.Ticks / TimeSpan.TicksPerSecond,
            patience.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
        };
        fixed (byte* pointer = _events)
        {
            var count = EpollWait(_epoll, pointer, MostEvents, time, null);
            return count >= 0 ? count
                : Marshal.GetLastPInvokeError() is Interrupted ? 0
                : throw Failure("epoll_pwait2");
        }
    }

    public int Key(int index) => BitConverter.ToInt32(_events, index * EventSize + DataOffset);

    /// <summary>Reads what is there.</summary>
    /// <returns>How much: 0 at the end of the connection, -1 if nothing is there.</returns>
    public static int Receive(int socket, Span<byte> into)
    {
        fixed (byte* pointer = into)
        {
            var count = Receive(socket, pointer, into.Length, 0);
            return count >= 0 ? (int)count
                : Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? -1
                : 0;
        }
    }

    /// <summary>Sends a few bytes, which always fit into the socket's buffer here.</summary>
    public static void Send(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            if (Send(socket, pointer, bytes.Length, NoSignal) != bytes.Length)
            {
                throw Failure("send");
            }
        }
    }

    /// <summary>Sends as much as there is room for.</summary>
    /// <returns>How much; 0 also where the connection is broken, which the next read tells.</returns>
    public static int SendSome(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            return (int)Math.Max(0, Send(socket, pointer, bytes.Length, NoSignal));
        }
    }

    public static void Close(int socket) => _ = CloseFile(socket);

    public void Dispose() => Close(_epoll);

    private static int Check(int result) => result >= 0 ? result : throw Failure("a call of the system");

    private static InvalidOperationException Failure(string call) =>
        new($"{call} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int epoll, int operation, int socket, byte* description);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    private static partial int EpollWait(int epoll, byte* events, int most, long* patience, void* signals);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int option, int* value, int length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int socket, byte* name, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* into, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte* bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFile(int socket);
}
