using Sillage.Api.Problems;
using Sillage.Gateway.Copies;

namespace Sillage.Gateway.Entry;

/// <summary>What is said where nobody is left who could answer.</summary>
internal static class Unreachable
{
    public static Problem Problem(Service service) =>
        Api.Problems.Problem.Unavailable(
            $"The service {service.Name} is away. Nothing was done; try again.",
            TimeSpan.FromSeconds(2)
        );
}
