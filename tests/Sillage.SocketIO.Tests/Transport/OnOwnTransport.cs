using Sillage.SocketIO.Tests.Clients;
using Sillage.SocketIO.Tests.EngineIO;

namespace Sillage.SocketIO.Tests.Transport;

// Everything that is true of the wire is true of it over the library's own transport.

public sealed class AckOnOwnTransportTests : AckTests
{
    public AckOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class ConnectOnOwnTransportTests : ConnectTests
{
    public ConnectOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class EventOnOwnTransportTests : EventTests
{
    public EventOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class HostingOnOwnTransportTests : HostingTests
{
    public HostingOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class RecoveryOnOwnTransportTests : RecoveryTests
{
    public RecoveryOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class RoomOnOwnTransportTests : RoomTests
{
    public RoomOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class SlowConsumerOnOwnTransportTests : SlowConsumerTests
{
    public SlowConsumerOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class HandshakeOnOwnTransportTests : HandshakeTests
{
    public HandshakeOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class HeartbeatOnOwnTransportTests : HeartbeatTests
{
    public HeartbeatOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class PollingOnOwnTransportTests : PollingTests
{
    public PollingOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class UpgradeOnOwnTransportTests : UpgradeTests
{
    public UpgradeOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class WebSocketOnOwnTransportTests : WebSocketTests
{
    public WebSocketOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}

public sealed class ClientOnOwnTransportTests : ClientTests
{
    public ClientOnOwnTransportTests() => TestServer.HasOwnTransport.Value = true;
}
