using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Polly;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication.Checking;

namespace Sillage.Accounts.Remote;

/// <summary>Speaks to the process with the accounts module.</summary>
internal sealed class AccountsClient(IHttpClientFactory factory, IOptions<RemoteAccountsOptions> options)
{
    /// <summary>The client for questions, with retry and breaker.</summary>
    public const string Questions = "accounts";

    /// <summary>The client for the list of changes, which is waited for and asked for again anyway.</summary>
    public const string Changes = "accounts-changes";

    /// <summary>Asks; repeated where nobody answers.</summary>
    /// <returns>Null if there is none such.</returns>
    /// <exception cref="AccountsUnreachableException">There is no answer.</exception>
    public Task<T?> AskAsync<T>(string path, CancellationToken ct)
        where T : class => SendAsync<T>(Questions, Inside(HttpMethod.Get, path), ct);

    /// <summary>The same at an address that is everybody's, where the credential would be nobody's.</summary>
    public Task<T?> AskPublicAsync<T>(string path, CancellationToken ct)
        where T : class => SendAsync<T>(Questions, new HttpRequestMessage(HttpMethod.Get, path), ct);

    /// <summary>Asks for something to be done, once.</summary>
    public Task<T?> TellAsync<TQuestion, T>(string path, TQuestion question, CancellationToken ct)
        where T : class
    {
        var request = Inside(HttpMethod.Post, path);
        request.Content = JsonContent.Create(question, options: JsonSerializerOptions.Web);
        return SendAsync<T>(Questions, request, ct);
    }

    /// <summary>Waits for changes since a number.</summary>
    public async Task<AccountChanges> PollAsync(Guid instance, long after, TimeSpan patience, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        var request = Inside(HttpMethod.Get, $"/changes?instance={instance}&after={after}");
        return await SendAsync<AccountChanges>(Changes, request, limit.Token)
            ?? throw new AccountsUnreachableException(
                "There are no such routes at the address; it answers other processes only with Accounts:Remote:Credential set."
            );
    }

    private HttpRequestMessage Inside(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, RemoteRoutes.Root.TrimStart('/') + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Value.Credential);
        return request;
    }

    private async Task<T?> SendAsync<T>(string name, HttpRequestMessage request, CancellationToken ct)
        where T : class
    {
        try
        {
            using (request)
            using (var reply = await factory.CreateClient(name).SendAsync(request, ct))
            {
                return await ReadAsync<T>(reply, ct);
            }
        }
        catch (Exception e)
            when (e is HttpRequestException or ExecutionRejectedException or IOException or JsonException)
        {
            throw new AccountsUnreachableException(e.Message, e);
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException)
        {
            throw new AccountsUnreachableException(e.Message, e);
        }
    }

    private static async Task<T?> ReadAsync<T>(HttpResponseMessage reply, CancellationToken ct)
        where T : class
    {
        switch (reply.StatusCode)
        {
            case HttpStatusCode.OK:
                return await reply.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, ct);
            case HttpStatusCode.NoContent or HttpStatusCode.NotFound:
                return null;
            case HttpStatusCode.TooManyRequests:
                var wait = reply.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
                throw new ProblemException(
                    Problem.TooManyRequests(
                        $"Too many logins or refused passwords from your network. Try again in {wait.TotalSeconds:0} s.",
                        wait
                    )
                );
            case HttpStatusCode.Unauthorized:
                throw new AccountsUnreachableException(
                    "The process with the accounts does not know the credential: Accounts:Remote:Credential is another there."
                );
            default:
                throw new AccountsUnreachableException(
                    $"The process with the accounts answers {(int)reply.StatusCode}."
                );
        }
    }
}
