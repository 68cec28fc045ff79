using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sillage.Accounts;
using Sillage.Api.Access;
using Sillage.Api.Idempotency;
using Sillage.Api.Requests.Query;
using Sillage.Hosting;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Pipeline;
using Sillage.Servers.Defences;
using Sillage.Storage;
using Sillage.Traces;

// Called by `benchmarks/run defences`: what each defence takes of a posted trace, in one process and by its processor time.
const string Study = "defended";
var isQuick = args.Contains("--quick");
var (traces, calls, rounds) = isQuick ? (5_000, 20_000, 3) : (30_000, 300_000, 5);
var folder = Directory.CreateTempSubdirectory("sillage-defences-");
try
{
    await MeasureAsync();
}
finally
{
    folder.Delete(recursive: true);
}

return 0;

async Task MeasureAsync()
{
    var server = new DirectServer();
    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "sillage" });
    builder.Configuration.AddInMemoryCollection(
        new Dictionary<string, string?>
        {
            ["Data"] = folder.FullName,
            ["Admin:Username"] = "admin",
            ["Admin:Password"] = "a lamp by the quay",
            // On, and too high to be met.
            ["Limits:RateLimits:Account:Burst"] = "10000000",
            ["Limits:RateLimits:Account:PerSecond"] = "10000000",
            ["Limits:RateLimits:Address:Burst"] = "10000000",
            ["Limits:RateLimits:Address:PerSecond"] = "10000000",
        }
    );
    builder.AddSillage([new AccountsModule(), new TracesModule()]);
    builder.Logging.ClearProviders();
    builder.Services.Replace(ServiceDescriptor.Singleton<IServer>(server));
    await using var app = builder.Build();
    app.UseSillage();
    await app.StartAsync(CancellationToken.None);

    var login = await AskAsync(
        server,
        "POST",
        "/api/v1/auth/login",
        new { username = "admin", password = "a lamp by the quay" },
        null
    );
    var token = $"Bearer {login.GetProperty("access_token").GetString()}";
    await AskAsync(
        server,
        "POST",
        "/api/v1/studies",
        new
        {
            slug = Study,
            title = "Defended",
            fields = Array.Empty<object>(),
            unknownFields = "keep",
        },
        token
    );
    await AskAsync(server, "POST", $"/api/v1/studies/{Study}/participants", new { count = 1 }, token);

    FeatureCollection Trace(int number) =>
        DirectServer.Request(
            "POST",
            $"/api/v1/studies/{Study}/traces",
            Encoding.UTF8.GetBytes(
                $$$"""{"participant":1,"timestamp":"2026-03-02T10:00:00Z","name":"answered","sequence":{{{number}}},"data":{"room":"3","userAnswer":"forty two, or so","userError":"none"}}"""
            ),
            ("Authorization", token)
        );

    // Sixteen at a time, which share commits as those of sixteen connections do.
    async Task PostAsync(int count)
    {
        var next = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(_ =>
                    Task.Run(
                        async () =>
                        {
                            for (int number; (number = Interlocked.Increment(ref next)) <= count; )
                            {
                                var (status, body) = await server.SendAsync(Trace(number));
                                if (status != StatusCodes.Status201Created)
                                {
                                    throw new InvalidOperationException($"{status} {body}");
                                }
                            }
                        },
                        CancellationToken.None
                    )
                )
        );
    }

    var auditBefore = await RowsOfTrailAsync(app.Services);
    await PostAsync(traces);
    var whole = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        await PostAsync(traces);
        whole.Add((Process.GetCurrentProcess().TotalProcessorTime - began).TotalMicroseconds / traces);
    }

    var trail = await RowsOfTrailAsync(app.Services) - auditBefore;
    var trace = Median(whole);
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"A posted trace, without network and Kestrel: {trace:0.0} µs of processor time; {trail} rows of the audit trail for {traces * (rounds + 1)} traces."
        )
    );
    Console.WriteLine();
    Console.WriteLine("| defence | µs | of a trace |");
    Console.WriteLine("|---|---|---|");
    var sum = 0.0;
    foreach (var (name, isOnEach, call) in await DefencesAsync(app, Trace(1)))
    {
        for (var i = 0; i < calls / 10; i++)
        {
            call();
        }

        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            // By the clock of the thread's processor alone: nothing else of this process runs meanwhile.
            var began = Process.GetCurrentProcess().TotalProcessorTime;
            for (var i = 0; i < calls; i++)
            {
                call();
            }

            times.Add((Process.GetCurrentProcess().TotalProcessorTime - began).TotalMicroseconds / calls);
        }

        var time = Median(times);
        sum += isOnEach ? time : 0;
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| {name} | {time:0.000} | {100 * time / trace:0.00} % |")
        );
    }

    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"| together, what every trace passes | {sum:0.000} | {100 * sum / trace:0.00} % |"
        )
    );
    await app.StopAsync(CancellationToken.None);
}

static async Task<IReadOnlyList<(string Name, bool IsOnEach, Action Call)>> DefencesAsync(
    WebApplication app,
    FeatureCollection features
)
{
    var services = app.Services;
    var context = new DefaultHttpContext(features) { RequestServices = services };
    var endpoint = services
        .GetRequiredService<EndpointDataSource>()
        .Endpoints.OfType<RouteEndpoint>()
        .Single(e =>
            e.RoutePattern.RawText!.StartsWith("/api/v1/studies/{study", StringComparison.Ordinal)
            && e.RoutePattern.RawText.TrimEnd('/').EndsWith("}/traces", StringComparison.Ordinal)
            && e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Contains("POST")
        );
    context.SetEndpoint(endpoint);
    context.Request.RouteValues["study"] = Study;
    var authority = services.GetRequiredService<IIdentityAuthority>();
    var caller = (await Credential.CheckAsync(context.Request, authority, CancellationToken.None)).Caller!;
    context.Features.Set(caller);
    var limiter = services.GetRequiredService<RateLimiter>();
    var budget = services.GetRequiredService<BodyBudget>();
    RequestDelegate nothing = _ => Task.CompletedTask;
    var foreign = new ForeignPageMiddleware(nothing, services.GetRequiredService<ForeignPages>());
    var check = new RequestCheckMiddleware(nothing);
    var gates = endpoint.Metadata.GetOrderedMetadata<GateMetadata>();
    var permissions = endpoint.Metadata.GetOrderedMetadata<PermissionMetadata>();
    var shares = services.GetRequiredService<LongReplyShares>();
    var room = services.GetRequiredService<KeptReplyRoom>();
    await room.FindAsync();
    var number = 0;
    var digits = "262"u8.ToArray();
    var characters = new char[3];
    return
    [
        (
            "rate limits: the address passed by, a token of the account's bucket taken, the headers that tell of it",
            true,
            () =>
            {
                context.Response.Headers.Clear();
                GC.KeepAlive(limiter.LimitAddressAsync(context, nothing));
                GC.KeepAlive(limiter.LimitAccountAsync(context, caller, nothing));
            }
        ),
        (
            "whose token it is: signature and life known, the session not ended, the account as it is now",
            true,
            () => Wait(Credential.CheckAsync(context.Request, authority, CancellationToken.None))
        ),
        (
            "permissions of the route",
            true,
            () =>
            {
                foreach (var needed in permissions)
                {
                    GC.KeepAlive(caller.Can(needed.Permission));
                }
            }
        ),
        (
            "rights in the study, by its gate",
            true,
            () =>
            {
                foreach (var gate in gates)
                {
                    Wait(gate.PassAsync(context, caller));
                }
            }
        ),
        ("the origin of whoever makes a browser send it", true, () => GC.KeepAlive(foreign.InvokeAsync(context))),
        ("undeclared query parameters, and what may be answered", true, () => GC.KeepAlive(check.InvokeAsync(context))),
        ("headers that keep browsers from harm", true, () => SecurityHeaders.Set(context)),
        ("a Content-Length that is digits", true, () => ContentLengthText.Strict.GetChars(digits, characters)),
        (
            "the charge of a body of some hundred bytes",
            true,
            () =>
            {
                var buffer = new BodyBuffer(context);
                buffer.GrowTo(512);
            }
        ),
        (
            "whether the reply is long, and has to be held and shared",
            true,
            () => GC.KeepAlive(LongReply.Is(endpoint.Metadata))
        ),
        (
            "for a body of 32 KiB: the charge, and giving it back",
            false,
            () =>
            {
                var one = new DefaultHttpContext { RequestServices = services };
                one.Features.Set(caller);
                BodyBudget.Take(one, 32 * 1024);
                ((IDisposable)one.Items.Values.Single()!).Dispose();
            }
        ),
        (
            "for an export or a stream: its shares, and giving them back",
            false,
            () => GC.KeepAlive(shares.RunAsync(context, caller, () => Task.CompletedTask))
        ),
        (
            "with an Idempotency-Key: the room for one more reply, and its books",
            false,
            () =>
            {
                GC.KeepAlive(room.RefusalFor("account"));
                room.Add("account", number++ % 2);
            }
        ),
    ];
}

static async Task<JsonElement> AskAsync(DirectServer server, string method, string path, object body, string? token)
{
    var (status, text) = await server.SendAsync(
        token is null
            ? DirectServer.Request(method, path, JsonSerializer.SerializeToUtf8Bytes(body))
            : DirectServer.Request(method, path, JsonSerializer.SerializeToUtf8Bytes(body), ("Authorization", token))
    );
    return status < 300
        ? JsonSerializer.Deserialize<JsonElement>(text)
        : throw new InvalidOperationException($"{path}: {status} {text}");
}

static async Task<long> RowsOfTrailAsync(IServiceProvider services)
{
    var rows = 0L;
    foreach (var database in services.GetServices<IDatabase>())
    {
        rows += await database.ReadAsync(
            r => r.ScalarAsync<long>("SELECT COUNT(*) FROM sillage_audit"),
            CancellationToken.None
        );
    }

    return rows;
}

static void Wait<T>(ValueTask<T> answer)
{
    if (!answer.IsCompleted)
    {
        throw new InvalidOperationException("What is in use is in memory, and answered at once.");
    }

    GC.KeepAlive(answer.Result);
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
