import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactImagePath } from "../../../app/santedb/image-path.ts";

describe("the command line of a service", () => {
  it("is shown without its secret, however that is written", () => {
    for (const written of ['--appsecret="s3cret value"', "--appsecret=s3cret", "--appsecret s3cret", "--AppSecret = 's3cret'", '--appsecret="s3cret']) {
      const shown = redactImagePath(`C:/Program Files/x.exe --name="default" ${written} --base="http://0.0.0.0:9200"`);
      expect(shown, written).not.toContain("s3cret");
      expect(shown).toMatch(/--name="default" --appsecret.*\*{8}/i);
    }
    expect(redactImagePath('x.exe --name="a"')).toBe('x.exe --name="a"');
    fc.assert(fc.property(fc.base64String({ minLength: 8, maxLength: 40 }), (secret) => {
      expect(redactImagePath(`x.exe --appsecret="${secret}" --appsecret=${secret}`)).not.toContain(secret);
    }));
  });
});
