using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// An administrator who asks everything of every operation. Some of what is asked ends the session or changes the password:
/// then a new one goes on, because what is refused at the door says nothing of the operation behind it.
/// </summary>
internal sealed class Sweeper(SharedServer shared) : IDisposable
{
    private ApiClient? _administrator;
    private OwnThings? _things;

    public HttpClient Client => _administrator!.Client;

    public async Task RenewAsync()
    {
        _administrator?.Dispose();
        _administrator = await shared.RegisterAsync($"sweeper-{Guid.CreateVersion7():N}"[..30], "administrator");
        // The one right that comes with no role: without it, some operations would end at the door.
        var id = (await _administrator.GetAsync("/api/v1/me")).GetProperty("id").GetString();
        using var given = await Client.PutAsJsonAsync(
            $"/api/v1/studies/{SharedServer.Study}/rights/{id}",
            new { rights = new[] { "identities" } }
        );
        given.EnsureSuccessStatusCode();
        _things = await OwnThings.MakeAsync(_administrator);
    }

    /// <summary>The operation's address, with what the sweeper has in it.</summary>
    public string Fill(Operation operation) => _things!.Fill(operation);

    /// <summary>Sends; what was refused only because the sweeper is nobody any more is sent again by a new one.</summary>
    public async Task<HttpResponseMessage> SendAsync(Operation operation, string address, Func<HttpContent>? content)
    {
        var reply = await SendOnceAsync(operation, address, content);
        // What takes a password or a token in its body may say 401 of that.
        if (reply.StatusCode != HttpStatusCode.Unauthorized || operation.IsOpen)
        {
            return reply;
        }

        reply.Dispose();
        await RenewAsync();
        reply = await SendOnceAsync(operation, address, content);
        reply.StatusCode.ShouldNotBe(HttpStatusCode.Unauthorized, $"{operation.Name}, asked by a new administrator");
        return reply;
    }

    public void Dispose() => _administrator?.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(
        Operation operation,
        string address,
        Func<HttpContent>? content
    )
    {
        using var request = new HttpRequestMessage(operation.Method, address) { Content = content?.Invoke() };
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
