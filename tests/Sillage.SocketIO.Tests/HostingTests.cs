using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.WebSockets;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shouldly;
using Sillage.SocketIO.EngineIO;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests;

public class HostingTests
{
    [Fact]
    public async Task Bad_settings_stop_the_host_with_a_line_for_each()
    {
        var e = await Should.ThrowAsync<OptionsValidationException>(() =>
            TestServer.StartAsync(options: o =>
            {
                o.PingInterval = TimeSpan.Zero;
                o.PingTimeout = TimeSpan.FromDays(1);
                o.UpgradeTimeout = TimeSpan.Zero;
                o.StallTimeout = TimeSpan.Zero;
                o.CloseTimeout = TimeSpan.FromDays(1);
                o.MaxHttpBufferSize = 0;
                o.MaxQueuedMessages = 0;
                o.MaxQueuedBytes = 0;
                o.Transports = EngineTransports.None;
                o.ConnectTimeout = TimeSpan.Zero;
                o.MaxAttachments = -1;
                o.MaxNamespacesPerConnection = 0;
                o.MaxPendingEvents = 0;
                o.EventConcurrency = 0;
                o.AckTimeout = TimeSpan.Zero;
                o.Recovery = new RecoveryOptions { MaxDisconnection = TimeSpan.Zero, MaxEvents = 0 };
            })
        );
        e.Failures.Count().ShouldBe(17);
    }

    [Fact]
    public async Task A_server_that_stops_tells_its_clients_and_does_not_wait_for_them()
    {
        var left = new List<string>();
        var server = await TestServer.StartAsync(io => io.OnDisconnect((Disconnection why) => left.Add(why.Reason)));
        await using var client = await server.JoinedAsync();
        var polling = await server.PollingAsync("/socket.io/");
        var poll = polling.PollAsync();
        await Task.Delay(50);
        var clock = Stopwatch.StartNew();
        var stop = server.Services.GetRequiredService<IHost>().StopAsync();
        (await client.ClosedAsync()).ShouldBe((WebSocketCloseStatus.EndpointUnavailable, "server shutting down"));
        await client.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        (await poll).ShouldBe("1");
        await stop;
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(3));
        await Eventually.HoldsAsync(() => left.Count > 0, "the program hears of it");
        left.ShouldBe(["server shutting down"]);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_hosts_authorization_guards_the_endpoint()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSocketIO();
        builder.Logging.ClearProviders();
        builder.Services.AddAuthentication("none").AddScheme<AuthenticationSchemeOptions, NobodyIsKnown>("none", null);
        builder.Services.AddAuthorization();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        await using var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapSocketIO("/socket.io", _ => { }).RequireAuthorization();
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var answer = await http.GetAsync("/socket.io/?EIO=4&transport=polling");
        ((int)answer.StatusCode).ShouldBe(401);
    }

    [Fact]
    public async Task What_happens_is_counted()
    {
        await using var server = await TestServer.StartAsync(io => io.On("known", () => { }));
        var factory = server.Services.GetRequiredService<IMeterFactory>();
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "Sillage.SocketIO" && instrument.Meter.Scope == factory)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, value, _, _) => Add(i.Name, value));
        listener.SetMeasurementEventCallback<double>((i, _, _, _) => Add(i.Name, 1));
        listener.Start();

        await using var one = await server.JoinedAsync();
        await using var two = await server.JoinedAsync();
        await one.SendAsync("""421["known"]""");
        await one.TextAsync();
        await server.SocketIO.Main.EmitAsync("all");
        await one.TextAsync();
        await two.SendAsync("1");
        await two.ClosedAsync();
        using var refused = await server.Http.GetAsync("/socket.io/");
        await Eventually.HoldsAsync(() => Of("socketio.connections.closed") == 1, "the close is counted");
        Of("socketio.connections").ShouldBe(1);
        Of("socketio.sockets").ShouldBe(1);
        Of("socketio.broadcasts").ShouldBe(1);
        Of("socketio.deliveries").ShouldBe(2);
        Of("socketio.event.duration").ShouldBe(1);
        Of("socketio.messages.received").ShouldBe(3);
        Of("socketio.requests.refused").ShouldBe(1);

        void Add(string name, double value)
        {
            lock (seen)
            {
                seen[name] = seen.GetValueOrDefault(name) + value;
            }
        }

        double Of(string name)
        {
            lock (seen)
            {
                return seen.GetValueOrDefault(name);
            }
        }
    }

    private sealed class NobodyIsKnown(
        IOptionsMonitor<AuthenticationSchemeOptions> options,
        ILoggerFactory logger,
        UrlEncoder encoder
    ) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
            Task.FromResult(AuthenticateResult.NoResult());
    }
}
