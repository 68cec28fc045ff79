using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Operating;

/// <summary>deploy/nginx/sillage.conf before a server that is there and one that is not, which it must not let anybody notice.</summary>
public sealed class NginxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Requests_streams_and_WebSockets_go_through_it_and_nobody_forges_an_address()
    {
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_PROXIES__TRUSTED__0"] = "127.0.0.1",
            ["SILLAGE_LIMITS__RATELIMITS__LOGIN__BURST"] = "3",
            ["SILLAGE_LIMITS__RATELIMITS__LOGIN__PERSECOND"] = "0.01",
        };
        await using var server = await SillageServer.StartAsync(_folder["data"], settings);
        await using var nginx = await StartAsync(server.Address.Authority, FreeAddress());
        using var admin = new ApiClient(new HttpClient { BaseAddress = nginx.Address });
        using var direct = await ApiClient.LogInAsync(server);
        admin.Use(direct.Client.DefaultRequestHeaders.Authorization!.Parameter!);

        for (var i = 0; i < 10; i++)
        {
            (await admin.GetAsync("/api/v1/me")).GetProperty("username").GetString().ShouldBe(ApiClient.Administrator);
        }

        await SeesWhatHappensAsync(admin);

        // Each guess is counted at the address that nginx saw, whatever a client says of itself.
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 6; i++)
        {
            using var guess = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login")
            {
                Content = JsonContent.Create(new { username = "nobody", password = "three wet oars" }),
            };
            guess.Headers.Add("X-Forwarded-For", $"192.0.2.{i}");
            using var answer = await admin.Client.SendAsync(guess);
            answers.Add(answer.StatusCode);
        }

        answers.ShouldContain(HttpStatusCode.TooManyRequests);

        using var socket = new ClientWebSocket();
        var address = new UriBuilder(new Uri(nginx.Address, "/socket.io/?EIO=4&transport=websocket")) { Scheme = "ws" };
        await socket.ConnectAsync(address.Uri, CancellationToken.None);
        var first = new byte[512];
        var received = await socket.ReceiveAsync(first, CancellationToken.None);
        Encoding.UTF8.GetString(first, 0, received.Count).ShouldStartWith("0{");
    }

    public void Dispose() => _folder.Dispose();

    // A live view through it: what is sent shows while the reply is open.
    private static async Task SeesWhatHappensAsync(ApiClient admin)
    {
        var player = (await admin.MakeStudyAsync("crew", 1)).Single();
        using var live = await admin.Client.GetAsync(
            "/api/v1/studies/crew/traces/live",
            HttpCompletionOption.ResponseHeadersRead
        );
        live.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var lines = new StreamReader(await live.Content.ReadAsStreamAsync());
        using var sender = new ApiClient(new HttpClient { BaseAddress = admin.Client.BaseAddress });
        sender.Client.DefaultRequestHeaders.Authorization = new(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{player.Username}:{player.Password}"))
        );
        var id = Guid.CreateVersion7();
        (await sender.TrySendAsync("crew", [id])).ShouldBe(HttpStatusCode.Created);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (
            await lines.ReadLineAsync(patience.Token) is { } line && !line.Contains($"{id}", StringComparison.Ordinal)
        ) { }
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }

    private async Task<Nginx> StartAsync(string there, string away)
    {
        var file = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy/nginx/sillage.conf"));
        var own = FreeAddress();
        foreach (
            var (written, ours) in new[]
            {
                ("gateway-1:8000", away),
                ("gateway-2:8000", there),
                ("  server gateway-3:8000 max_fails=2 fail_timeout=5s;\n", ""),
                ("listen 8000;", $"listen {own};"),
            }
        )
        {
            file.ShouldContain(written);
            file = file.Replace(written, ours, StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(
            _folder["nginx.conf"],
            $$"""
            daemon off;
            pid {{_folder["nginx.pid"]}};
            error_log {{_folder["error.log"]}};
            events {}
            http {
              access_log off;
              client_body_temp_path {{_folder["body"]}};
              proxy_temp_path {{_folder["proxy"]}};
              fastcgi_temp_path {{_folder["fastcgi"]}};
              uwsgi_temp_path {{_folder["uwsgi"]}};
              scgi_temp_path {{_folder["scgi"]}};
              {{file}}
            }
            """
        );
        var program = File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";
        var process = CommandRun.Start(
            program,
            _folder,
            ["-e", _folder["error.log"], "-p", _folder, "-c", _folder["nginx.conf"]],
            null
        );
        var nginx = new Nginx(process, new Uri($"http://{own}"));
        await Eventually.HoldsAsync(nginx.IsThereAsync);
        return nginx;
    }

    private sealed class Nginx(Process process, Uri address) : IAsyncDisposable
    {
        public Uri Address => address;

        public async Task<bool> IsThereAsync()
        {
            process.HasExited.ShouldBeFalse();
            using var client = new HttpClient();
            try
            {
                using var reply = await client.GetAsync(new Uri(address, "/health"));
                return reply.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        public async ValueTask DisposeAsync()
        {
            // Its workers end with it.
            process.Send(Signals.Terminate);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
