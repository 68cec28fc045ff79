using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// What an operation's description says of rights (<c>x-rights</c>: sets, one of each is needed) is what the server goes by: a researcher
/// with one right in a study gets 403 where that is not enough, and past the door where it is.
/// </summary>
public sealed class RightsTests(SharedServer shared)
{
    [Theory]
    [InlineData("read")]
    [InlineData("write")]
    [InlineData("manage")]
    [InlineData("identities")]
    public async Task Who_has_one_right_gets_as_far_as_the_document_says(string right)
    {
        var name = $"only-{right}";
        using var researcher = await shared.RegisterAsync(name, "researcher");
        await GiveAsync((await researcher.GetAsync("/api/v1/me")).GetProperty("id").GetString()!, right);
        using var api = ApiClient.Basic(shared.Server, name, ApiClient.Password);

        var asked = 0;
        foreach (var operation in await Operation.AllAsync(api.Client))
        {
            if (operation.Rights is not { } sets || !operation.Path.Contains("{study}", StringComparison.Ordinal))
            {
                continue;
            }

            var address = operation.Address(parameter =>
                parameter == "study" ? SharedServer.Study : "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"
            );
            using var request = new HttpRequestMessage(operation.Method, address);
            using var reply = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

            asked++;
            var isEnough = sets.All(set => set.Contains(right)) && !IsForTheOwner(operation);
            (reply.StatusCode == HttpStatusCode.Forbidden).ShouldBe(
                !isEnough,
                $"{operation.Name} needs {string.Join(" and ", sets.Select(set => string.Join('|', set)))}"
            );
        }

        asked.ShouldBeGreaterThan(30);
    }

    // Managing a study is not enough to delete it.
    private static bool IsForTheOwner(Operation operation) =>
        operation is { Method.Method: "DELETE", Path: "/api/v1/studies/{study}" };

    private async Task GiveAsync(string account, string right)
    {
        using var owner = await ApiClient.LogInAsync(shared.Server, "researcher");
        using var reply = await owner.Client.PutAsJsonAsync(
            $"/api/v1/studies/{SharedServer.Study}/rights/{account}",
            new { rights = new[] { right } }
        );
        reply.EnsureSuccessStatusCode();
    }
}
