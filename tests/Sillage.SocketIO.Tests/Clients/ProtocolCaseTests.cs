using Xunit;

namespace Sillage.SocketIO.Tests.Clients;

/// <summary>
/// What the protocols' public suites ask, at their pace: heartbeats of 300 ms and a client that is to have read within 10 ms. So they have the
/// machine to themselves.
/// </summary>
[Collection("alone")]
public sealed class ProtocolCaseTests
{
    [Fact]
    public async Task The_echo_does_what_the_protocols_public_suites_ask_of_it()
    {
        await using var echo = await Sample.StartAsync(
            "SocketIOEcho",
            "--port=0",
            "--ping-interval=300",
            "--ping-timeout=200",
            "--connect-timeout=1000"
        );
        await ClientTests.RunAsync(
            "node",
            ClientTests.Script("protocol-cases.mjs"),
            echo.Address,
            ClientTests.NodeTools
        );
    }
}

/// <summary>Tests that run while no other does.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneDefinition;
